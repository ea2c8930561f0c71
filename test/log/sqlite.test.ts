import { describe } from '@jest/globals'
import type { Store } from '../../src/log/run-log.ts'
import { createSqliteStore } from '../../src/log/sqlite.ts'
import { type SqliteLibrary, sqliteLibraries } from '../../src/log/sqlite-driver.ts'
import { describeStore, newPathsIn } from './store-laws.ts'

const { newPath } = newPathsIn('sqlite', 'db')

const pathOf = (store: Store) => store.name.slice('sqlite:'.length)
const isThere = (library: SqliteLibrary) =>
  library === 'libsql' || process.getBuiltinModule('node:sqlite') !== undefined

describe.each(sqliteLibraries.filter(isThere))('%s', (library) => {
  describeStore(`createSqliteStore over ${library}`, {
    create: () => createSqliteStore(newPath(), { library }),
    reopen: (store) => createSqliteStore(pathOf(store), { library }),
  })
})
