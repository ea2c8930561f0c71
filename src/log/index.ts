export { type CsvStoreOptions, createCsvStore, csvRetention } from './csv.ts'
export { toErrorData } from './error-data.ts'
export type { GuardListener, GuardOptions, StoreHealth, WhenDown } from './guard-options.ts'
export { type GuardedStore, guardStore } from './guarded-store.ts'
export { type JsonCopy, maxValueSize, toJsonSafe } from './json-safe.ts'
export { createJsonlStore, type JsonlStoreOptions, jsonlRetention } from './jsonl.ts'
export { createMemoryStore, type MemoryStoreOptions, memoryRetention } from './memory.ts'
export type { LogProblem } from './problem.ts'
export { type MarkAction, marksPerAction, RecencyIndex, type Recent } from './recency-index.ts'
export { createRedactor, type Redactor, type RedactorOptions, redacted } from './redactor.ts'
export { resolveStore, type StoreOption } from './resolve-store.ts'
export type {
  Keep,
  KeepOf,
  LoadLimits,
  LogEntry,
  LogQuery,
  Note,
  NoteQuery,
  Retention,
  RunRecord,
  RunResult,
  Store,
} from './run-log.ts'
export { isNote } from './run-log.ts'
export { type Appended, type LogTime, type NewNote, type NewRecord, SessionLog } from './session-log.ts'
export { createSqliteStore, type SqliteStoreOptions, sqliteRetention } from './sqlite.ts'
export type { OpenSqlite, SqliteDriver, SqliteLibrary, SqliteStatement } from './sqlite-driver.ts'
export type { KeptValue, ValueRules, ValueSerializer } from './storable.ts'
