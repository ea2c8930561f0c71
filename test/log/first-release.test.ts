/** Logs of the first release open unchanged, with everything that they hold. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { endLife, makeLife } from './first-release/program.ts'
import { type FixtureStore, fixtureStores, readAt, readLog } from './first-release/write.ts'

const fixtures = join('test', 'log', 'fixtures')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-first-release-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const releases = readdirSync(fixtures)

test('the fixtures of the first release are there', () => {
  expect(readdirSync(join(fixtures, 'v0.1.0')).sort()).toEqual([
    'csv.json',
    'jsonl.json',
    'runs.csv',
    'runs.db',
    'runs.jsonl',
    'sqlite.json',
  ])
})

describe.each(releases)('%s', (release) => {
  // A store that is newer than the release has no fixture in it.
  const stores = (Object.entries(fixtureStores) as [FixtureStore, string][]).filter(([, file]) =>
    existsSync(join(fixtures, release, file)),
  )

  test.each(stores)('%s: a session finds everything that was written, and continues', async (kind, file) => {
    const path = join(folder, file)
    copyFileSync(join(fixtures, release, file), path)
    const facts = JSON.parse(readFileSync(join(fixtures, release, `${kind}.json`), 'utf8'))
    const { lastSeq, ...found } = facts
    expect(await readLog(kind, path, lastSeq)).toEqual(found)
    // No entry was moved aside, and no lock is left.
    expect(readdirSync(folder)).toEqual([file])
  })

  test.each(stores)('%s: the records are the same when the log is opened again', async (kind, file) => {
    const path = join(folder, file)
    copyFileSync(join(fixtures, release, file), path)
    const { lastSeq, records, open } = JSON.parse(
      readFileSync(join(fixtures, release, `${kind}.json`), 'utf8'),
    )
    for (const at of [readAt, '2026-03-06T12:00']) {
      const life = makeLife(`${kind}:${path}`, at, `at ${at}`)
      const { session } = life.app
      await life.app.start()
      await life.clock.advance('1 hour')
      expect(JSON.parse(JSON.stringify(await session.log.query({ before: lastSeq + 1 })))).toEqual(records)
      // Its notes do not have what explanations of the past need.
      const [task] = session.tasks()
      const then = await task!.explainAt(records[0].at)
      expect(then.isDue).toBeNull()
      expect(then.unknown).toEqual([
        'the log has no notes about the session at that time: an earlier release wrote it, or they are beyond its retention',
      ])
      // Each open run has one crash.
      const opened = records.filter(({ seq }: { seq: number }) => open.includes(seq))
      for (const { runId } of opened) expect(await session.log.count({ runId, action: 'crash' })).toBe(1)
      await endLife(life)
    }
  })
})
