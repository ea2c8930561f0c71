/** The rows of Rocketry's feature list, by family: first and last number of each range. */
const stretches: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  APP: [[1, 14]],
  CFG: [[1, 25]],
  SES: [[1, 25]],
  HOOK: [[1, 6]],
  LOOP: [
    [1, 10],
    [20, 22],
    [30, 31],
  ],
  TSK: [
    [1, 31],
    [40, 44],
    [50, 52],
  ],
  STAT: [[1, 8]],
  EXE: [[1, 6]],
  TYP: [[1, 9]],
  COND: [[1, 7]],
  SYN: [[1, 12]],
  API: [[1, 21]],
  CLS: [[1, 17]],
  CUS: [[1, 6]],
  TIME: [[1, 26]],
  TD: [[1, 5]],
  ARG: [[1, 20]],
  REC: [[1, 11]],
  REPO: [[1, 10]],
  RET: [[1, 4]],
  TST: [[1, 8]],
  ERR: [[1, 9]],
  REST: [[1, 17]],
  UI: [[1, 5]],
  CR: [[1, 30]],
  DEF: [[1, 29]],
  GAP: [[1, 15]],
}

/** The id of every row: `APP-01` … `GAP-15`. */
export const rocketryIds: readonly string[] = Object.entries(stretches).flatMap(([family, parts]) =>
  parts.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => `${family}-${String(first + i).padStart(2, '0')}`),
  ),
)
