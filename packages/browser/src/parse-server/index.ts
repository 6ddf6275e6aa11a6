export { findParseError, type ParseError } from "./parse-error.ts";
export { type ParseServerOptions, parseServerDialect } from "./parse-server-dialect.ts";
