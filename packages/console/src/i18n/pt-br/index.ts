export { ptBr } from "./pt-br.ts";
