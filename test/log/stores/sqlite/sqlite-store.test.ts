import { describe } from '@jest/globals'
import type { Store } from '../../../../src/log/store.ts'
import { type SqliteLibrary, sqliteLibraries } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { describeStore, newPathsIn } from '../../../support/stores/store-laws.ts'

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
