export { toErrorData } from '../errors/error-data.ts'
export { type JsonCopy, maxValueSize, toJsonSafe } from '../values/json-copy.ts'
export {
  createRedactor,
  type Redactor,
  type RedactorOptions,
  redacted,
  soundsSecret,
} from '../values/secrets.ts'
export { isNote, type LogEntry, type Note, type RunRecord, type RunResult } from './entry.ts'
export { type MarkAction, marksPerAction, RecencyIndex, type Recent } from './history/recency-index.ts'
export type { LogQuery, NoteQuery } from './query.ts'
export type {
  ResilientStoreOptions,
  StoreHealth,
  StoreHealthListener,
  WhenDown,
} from './resilience/options.ts'
export { type ResilientStore, resilientStore } from './resilience/resilient-store.ts'
export { resolveStore, type StoreOption } from './resolve-store.ts'
export type { Keep, KeepOf, Retention } from './retention.ts'
export type { StoredValue, ValueRules, ValueSerializer } from './serialize.ts'
export { type Appended, type LogTime, type NewNote, type NewRecord, SessionLog } from './session-log.ts'
export type { LoadLimits, Store } from './store.ts'
export type { LogProblem } from './store-problem.ts'
export { type CsvStoreOptions, createCsvStore, csvRetention } from './stores/formats/csv.ts'
export { createJsonlStore, type JsonlStoreOptions, jsonlRetention } from './stores/formats/jsonl.ts'
export { createMemoryStore, type MemoryStoreOptions, memoryRetention } from './stores/memory.ts'
export type { OpenSqlite, SqliteDriver, SqliteLibrary, SqliteStatement } from './stores/sqlite/driver.ts'
export { createSqliteStore, type SqliteStoreOptions, sqliteRetention } from './stores/sqlite/sqlite-store.ts'
