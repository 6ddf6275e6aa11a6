import classes from "./Brand.module.css";

/** The product's mark and name. */
export function Brand() {
  return (
    <span className={classes.root}>
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
        <title>Berth</title>
        <rect width="32" height="32" rx="7" fill="#0f7081" />
        <path
          d="M8 9v10a4 4 0 0 0 4 4h8a4 4 0 0 0 4-4V9"
          fill="none"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
        />
        <rect x="13" y="9" width="6" height="8" rx="1.5" fill="#fff" />
      </svg>
      Berth
    </span>
  );
}
