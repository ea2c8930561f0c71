import { statSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Store } from '../../../../src/log/store.ts'
import { findSqlite, type SqliteLibrary, sqliteLibraries } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { describeStore, newPathsIn, note, record } from '../../../support/stores/store-laws.ts'

const { newPath } = newPathsIn('sqlite', 'db')

const pathOf = (store: Store) => store.name.slice('sqlite:'.length)
const isThere = (library: SqliteLibrary) =>
  library === 'libsql' || process.getBuiltinModule('node:sqlite') !== undefined

describe.each(sqliteLibraries.filter(isThere))('%s', (library) => {
  describeStore(`createSqliteStore over ${library}`, {
    create: () => createSqliteStore(newPath(), { library }),
    reopen: (store) => createSqliteStore(pathOf(store), { library }),
  })

  test('a file does not grow with the number of states of a workflow, and an index finds them', async () => {
    const path = newPath()
    const store = createSqliteStore(path, { library })
    await store.append([record(1, 'a', 'run', { runId: 'x' })])
    for (let seq = 2; seq < 200; seq++)
      await store.append([note(seq, 'a', { note: 'workflow', runId: 'x', data: 'x'.repeat(20_000) })])
    expect((await store.notes({ note: 'workflow' })).map(({ seq }) => seq)).toEqual([199])
    await store.close()
    expect(statSync(path).size).toBeLessThan(400_000)
    const db = findSqlite(library)(path)
    const plan = db
      .prepare("EXPLAIN QUERY PLAN DELETE FROM note WHERE run_id = ? AND note = 'workflow' AND seq < ?")
      .all('x', 199)
    expect(JSON.stringify(plan)).toContain('note_workflow')
    db.close()
  })
})
