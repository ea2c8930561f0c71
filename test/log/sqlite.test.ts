import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe } from '@jest/globals'
import type { Store } from '../../src/log/run-log.ts'
import { createSqliteStore } from '../../src/log/sqlite.ts'
import { type SqliteLibrary, sqliteLibraries } from '../../src/log/sqlite-driver.ts'
import { describeStore, filesRoot } from './store-laws.ts'

const folder = mkdtempSync(join(filesRoot, 'gantry-sqlite-'))
let count = 0
const newPath = () => join(folder, `log-${++count}.db`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pathOf = (store: Store) => store.name.slice('sqlite:'.length)
const isThere = (library: SqliteLibrary) =>
  library === 'libsql' || process.getBuiltinModule('node:sqlite') !== undefined

describe.each(sqliteLibraries.filter(isThere))('%s', (library) => {
  describeStore(`createSqliteStore over ${library}`, {
    create: () => createSqliteStore(newPath(), { library }),
    reopen: (store) => createSqliteStore(pathOf(store), { library }),
  })
})
