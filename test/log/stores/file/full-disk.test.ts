/** Logs on a full disk: a small file system in memory, if this system allows a test to mount one. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { nextTurn } from '../../../../src/clock/system-clock.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import { resolveStore } from '../../../../src/log/resolve-store.ts'
import { record } from '../../../support/stores/store-laws.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-full-'))
const disk = join(folder, 'disk')
mkdirSync(disk)
const size = 4_194_304
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status === 0
afterAll(() => {
  // Lazily, as one of the libraries releases a closed file only when it is garbage-collected.
  if (isMounted) spawnSync('umount', ['-l', disk])
  rmSync(folder, { recursive: true, force: true })
})

const testOnDisk = isMounted ? test : test.skip

testOnDisk.each([
  ['jsonl', 4_100_000],
  ['csv', 4_100_000],
  ['sqlite', 3_900_000],
])(
  'a %s log on a full disk, guarded: all entries are written in order once there is room',
  async (kind, ballast) => {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(ballast))
    const option = `${kind}:${join(disk, `log.${kind}`)}`
    const states: string[] = []
    const guard = resilientStore(await resolveStore(option), {
      retryMs: 5,
      onHealth: ({ state }) => states.push(state),
    })
    await guard.load()
    const appends: unknown[] = []
    for (let seq = 1; seq <= 900; seq++) {
      appends.push(guard.append([record(seq, 'a', 'success', { value: 'x'.repeat(100) })]))
      if (seq % 20 === 0) await nextTurn()
    }
    while (guard.health.state === 'ok') await nextTurn()
    expect(guard.health.reason).toMatchObject({ message: expect.stringContaining('the disk must have room') })
    rmSync(join(disk, 'ballast'))
    await Promise.all(appends)
    await guard.close()
    expect(states).toEqual(['degraded', 'ok'])
    const again = await resolveStore(option)
    expect((await again.load()).map(({ seq }) => seq)).toEqual(Array.from({ length: 900 }, (_, i) => i + 1))
    await again.close()
    rmSync(join(disk, `log.${kind}`))
  },
)
