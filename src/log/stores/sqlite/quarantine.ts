/**
 * Quarantine of rows whose action this release does not know. A newer release, another program or damage may have written
 * them. They are kept in a separate table, so that queries skip them and nothing is lost.
 */
import { actions } from '../../../../machines/protocol.ts'
import { asRows, readRows, type SqliteDriver } from './driver.ts'

const known = actions.map((action) => `'${action}'`).join(', ')

/** Steps from action to action through the index, without a scan. Limited, as a damaged index may have no end. */
const unknownActions = `
  SELECT quote(action) FROM (
    WITH RECURSIVE names (action) AS (
      SELECT min(action) FROM record
      UNION ALL
      SELECT (SELECT min(action) FROM record WHERE action > names.action) FROM names WHERE names.action IS NOT NULL
      LIMIT 1000
    )
    SELECT action FROM names WHERE action IS NOT NULL AND action NOT IN (${known})
  )`

/** Quarantines invalid records. Returns the number of rows and one of their actions; null if there are none. */
export function setAside(db: SqliteDriver): { readonly rows: number; readonly action: string } | null {
  const [first] = readRows(db.prepare(asRows(unknownActions, 1)), [])
  if (first === undefined) return null
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec('CREATE TABLE IF NOT EXISTS quarantine AS SELECT * FROM record WHERE 0')
    const rows = db
      .prepare(`INSERT INTO quarantine SELECT * FROM record WHERE action NOT IN (${known})`)
      .run()
    db.prepare(`DELETE FROM record WHERE action NOT IN (${known})`).run()
    db.exec('COMMIT')
    return { rows, action: String(first[0]) }
  } catch (problem) {
    try {
      db.exec('ROLLBACK')
    } catch {
      // The first failure is thrown.
    }
    throw problem
  }
}
