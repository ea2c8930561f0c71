/** A SQLite log that fills its own small disk: it must neither be stuck forever nor prevent a session from stopping. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { createApp } from 'gantry'
import { nextTurn } from '../../../../src/clock/system-clock.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { silent } from '../../../support/silent.ts'
import { record } from '../../../support/stores/store-laws.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-full-sqlite-'))
const mounted: string[] = []
afterAll(() => {
  // Lazily, as one of the libraries releases a closed file only when it is garbage-collected.
  for (const disk of mounted) spawnSync('umount', ['-l', disk])
  rmSync(folder, { recursive: true, force: true })
})

/** A new disk of 2 MB; null if this system does not allow a test to mount one. */
function newDisk(): string | null {
  const disk = join(folder, `disk-${mounted.length}`)
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status !== 0) return null
  mounted.push(disk)
  return disk
}

const first = newDisk()
const testOnDisk = first === null ? test.skip : test
const free = (disk: string): number => statfsSync(disk).bavail * statfsSync(disk).bsize
const large = (seq: number) => record(seq, 'a', 'success', { value: 'x'.repeat(1_000) })
const range = (to: number) => Array.from({ length: to }, (_, i) => i + 1)

testOnDisk('it continues once there is room, and all entries are kept in order', async () => {
  const disk = first!
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(400_000))
  const path = join(disk, 'log.db')
  const guard = resilientStore(createSqliteStore(path, { onProblem: () => {} }), { retryMs: 1 })
  await guard.load()
  let seq = 0
  const appends: unknown[] = []
  while (guard.health.state === 'ok') {
    appends.push(guard.append([large(++seq)]))
    await nextTurn()
  }
  for (let n = 0; n < 100; n++) appends.push(guard.append([large(++seq)]))
  expect(guard.health.reason?.message).toMatch(/the disk must have room/)
  rmSync(join(disk, 'ballast'))
  await Promise.all(appends)
  await guard.close()
  const again = createSqliteStore(path)
  expect((await again.load()).map((entry) => entry.seq)).toEqual(range(seq))
  await again.close()
})

testOnDisk(
  'filled by others to the last byte while it is open: it continues once there is room',
  async () => {
    const disk = newDisk()!
    const path = join(disk, 'log.db')
    const guard = resilientStore(createSqliteStore(path, { onProblem: () => {} }), { retryMs: 1 })
    await guard.load()
    for (let seq = 1; seq <= 100; seq++) await guard.append([large(seq)])
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(free(disk)))
    const appends = range(200).map((n) => guard.append([large(100 + n)]))
    while (guard.health.state === 'ok') await nextTurn()
    rmSync(join(disk, 'ballast'))
    await Promise.all(appends)
    await guard.close()
    const again = createSqliteStore(path)
    expect((await again.load()).map((entry) => entry.seq)).toEqual(range(300))
    await again.close()
  },
)

testOnDisk(
  'pruning makes room in place, without any space freed from outside',
  async () => {
    const disk = newDisk()!
    const path = join(disk, 'log.db')
    const store = createSqliteStore(path, { retention: { maxPerTask: 100 }, onProblem: () => {} })
    const guard = resilientStore(store, { retryMs: 1 })
    await guard.load()
    for (let seq = 1; seq <= 2_000; seq++) await guard.append([large(seq)])
    expect(await guard.count({})).toBeLessThan(1_900)
    expect((await guard.query({ limit: 1 }))[0]!.seq).toBe(2_000)
    await guard.close()
  },
  60_000,
)

testOnDisk(
  'a session on it stops, and reports its losses',
  async () => {
    const disk = newDisk()!
    const store = resilientStore(createSqliteStore(join(disk, 'log.db'), { onProblem: () => {} }), {
      retryMs: 1,
      closeWithinMs: 50,
    })
    const app = createApp({ store, logger: silent })
    const warnings: string[] = []
    app.session.on(
      'session.warning',
      (news) => void (news.type === 'session.warning' && warnings.push(news.message)),
    )
    const task = app.task('t', false, { multilaunch: 100 }, () => 'x'.repeat(60_000))
    await app.start()
    const runs: unknown[] = []
    while (app.session.log.health.state === 'ok') {
      runs.push(task.run())
      await nextTurn()
    }
    app.session.shutDown()
    await app.session.stopped
    await Promise.allSettled(runs)
    expect(warnings.join('\n')).toMatch(/the disk must have room/)
    expect(warnings.join('\n')).toMatch(/could not be recorded|entries are lost/)
  },
  60_000,
)
