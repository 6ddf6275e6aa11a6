export {
  defineLogic,
  type LogicApp,
  type LogicArea,
  type LogicDefinition,
  type LogicFetchInit,
  type LogicResponse,
} from "./define-logic.ts";
