export interface AppParams {
  readonly publisher: string;
  readonly name: string;
}
