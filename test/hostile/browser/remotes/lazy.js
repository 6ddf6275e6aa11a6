const page = document.documentElement;
page.dataset.ran = `${page.dataset.ran ?? ""} lazy`;
export const name = "lazy";
