/**
 * A few methods over whichever SQLite library there is: `node:sqlite` where Node has it, else the package `libsql`.
 *
 * Both are synchronous. They differ in what they call errors, and in that libsql lets go of a file only when its statements
 * are collected; neither matters outside this file and {@link sqliteCode}.
 */
import { createRequire } from 'node:module'
import { SetupError } from '../../../errors/errors.ts'

/** What a column holds. */
export type SqliteValue = string | number | null

/** A row, its columns in the order of the query. */
export type SqliteRow = readonly SqliteValue[]

/**
 * A statement that may be run again and again.
 *
 * @example
 * ```ts
 * const countRows = (select: SqliteStatement): number => select.all().length
 * ```
 */
export interface SqliteStatement {
  /** Runs it and tells how many rows it changed. */
  run(...values: SqliteValue[]): number
  /** Runs it and gives its rows, by column name. A text that is no UTF-8 may end the process: see {@link readRows}. */
  all(...values: SqliteValue[]): Record<string, unknown>[]
}

/**
 * An open database.
 *
 * @example
 * ```ts
 * const versionOf = (driver: SqliteDriver): unknown => driver.prepare('PRAGMA user_version').all()[0]
 * ```
 */
export interface SqliteDriver {
  /** Which library it is: `node:sqlite`, `libsql`. */
  readonly library: string
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/**
 * Opens a database file. Throws what the library throws.
 *
 * @example
 * ```ts
 * // A library as most are shaped.
 * declare class Database {
 *   constructor(path: string)
 *   exec(sql: string): void
 *   prepare(sql: string): { run(...values: unknown[]): { changes: number }; all(...values: unknown[]): object[] }
 *   close(): void
 * }
 *
 * const library: OpenSqlite = (path) => {
 *   const database = new Database(path)
 *   return {
 *     library: 'mine',
 *     exec: (sql) => database.exec(sql),
 *     prepare(sql) {
 *       const statement = database.prepare(sql)
 *       return {
 *         run: (...values) => statement.run(...values).changes,
 *         all: (...values) => statement.all(...values).map((row) => ({ ...row })),
 *       }
 *     },
 *     close: () => database.close(),
 *   }
 * }
 * createApp({ store: createSqliteStore('./gantry.db', { library }) })
 * ```
 */
export type OpenSqlite = (path: string) => SqliteDriver

/** The libraries known, the preferred one first. */
export const sqliteLibraries = ['node:sqlite', 'libsql'] as const

/**
 * The name of a library that can be asked for.
 *
 * @example
 * ```ts
 * const library: SqliteLibrary = 'libsql'
 * createApp({ store: createSqliteStore('./gantry.db', { library }) })
 * ```
 */
export type SqliteLibrary = (typeof sqliteLibraries)[number]

/** What opens databases here. Throws a `SetupError` that says what to install where no library (or not the given one) is. */
export function findSqlite(library?: SqliteLibrary): OpenSqlite {
  const problems: unknown[] = []
  for (const name of library === undefined ? sqliteLibraries : [library]) {
    try {
      return libraryNamed(name)
    } catch (problem) {
      problems.push(problem)
    }
  }
  throw new SetupError(
    `Cannot open a SQLite run log as ${library ?? 'node:sqlite or libsql'} must be there: this is Node ${process.versions.node}. ` +
      "Use Node 22.13 or later, install the package with `npm install libsql`, or keep the log in 'jsonl:./runs.jsonl'.",
    { cause: new AggregateError(problems, 'no SQLite library could be loaded') },
  )
}

/** The result code of SQLite in an error of either library, without its extension; undefined of other errors. */
export function sqliteCode(problem: unknown): number | undefined {
  if (typeof problem !== 'object' || problem === null) return undefined
  const { errcode, rawCode, message } = problem as { errcode?: unknown; rawCode?: unknown; message?: unknown }
  const code = errcode ?? rawCode
  if (typeof code === 'number') return code & 0xff
  // When it opens a file libsql tells the code at the end of its message only.
  const told = /ConnectionFailed.*: (\d+)"?\)$/.exec(String(message))
  return told === null ? undefined : Number(told[1]) & 0xff
}

/**
 * The statement that reads the rows of a query as one blob of JSON; {@link readRows} runs it.
 *
 * libsql ends the whole process at a text that is no UTF-8, as a damaged file may hold; in a blob it does no harm. It is no
 * slower than rows are.
 */
export function asRows(query: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`).join(', ')
  return `WITH q (${names}) AS (${query}) SELECT CAST(json_group_array(json_array(${names})) AS BLOB) AS rows FROM q`
}

/** The rows of a statement made with {@link asRows}, in no promised order. */
export function readRows(statement: SqliteStatement, values: readonly SqliteValue[]): SqliteRow[] {
  // One library gives a blob as an ArrayBuffer, the other as bytes.
  const { rows } = statement.all(...values)[0] as { rows: ArrayBuffer | Uint8Array }
  return JSON.parse(decoder.decode(rows)) as SqliteRow[]
}

const decoder = new TextDecoder()

function libraryNamed(name: SqliteLibrary): OpenSqlite {
  if (name === 'node:sqlite') {
    const module = process.getBuiltinModule('node:sqlite') as { DatabaseSync?: DatabaseClass } | undefined
    if (module?.DatabaseSync === undefined) throw new Error('this Node has no module node:sqlite')
    return opener(name, module.DatabaseSync)
  }
  return opener(name, createRequire(import.meta.url)('libsql') as DatabaseClass)
}

/** What the two libraries have in common. */
interface Database {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: SqliteValue[]): { readonly changes: number | bigint }
    all(...values: SqliteValue[]): unknown[]
  }
  close(): unknown
}
type DatabaseClass = new (path: string) => Database

function opener(library: string, Open: DatabaseClass): OpenSqlite {
  return (path) => {
    const database = new Open(path)
    return {
      library,
      exec: (sql) => void database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return {
          run: (...values) => Number(statement.run(...values).changes),
          all: (...values) => statement.all(...values) as Record<string, unknown>[],
        }
      },
      close: () => void database.close(),
    }
  }
}
