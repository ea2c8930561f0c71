/** No process that a session has started outlives it, at whichever instant the session is killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { findMarked, markName } from '../../support/marked.ts'

const loader = new URL('../../support/executors/typescript-loader.mjs', import.meta.url).href
const program = fileURLToPath(new URL('../../support/executors/hosts/killed.ts', import.meta.url))

interface Host {
  readonly child: ChildProcess
  readonly mark: string
  readonly exited: Promise<unknown[]>
  /** Resolves when it prints, or when it has ended. */
  readonly ready: Promise<unknown>
}

let hosts: Host[] = []
afterEach(() => {
  // Processes that a failed test has left.
  for (const { mark } of hosts) for (const { pid } of findMarked(mark)) process.kill(pid, 'SIGKILL')
  hosts = []
})

function start(how: string): Host {
  const { NODE_OPTIONS, ...env } = process.env
  const mark = randomUUID()
  const child = spawn(process.execPath, ['--no-warnings', '--import', loader, program, how], {
    env: { ...env, [markName]: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const host = { child, mark, exited, ready: Promise.race([once(child.stdout!, 'data'), exited]) }
  hosts.push(host)
  return host
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

/** Resolves when no live process carries the mark; guards have some seconds for this, even on a busy machine. */
async function untilNoneLives(mark: string): Promise<void> {
  for (let n = 0; n < 1000 && findMarked(mark).length > 0; n++) await turn()
  expect(findMarked(mark)).toEqual([])
}

const guardsOf = ({ mark }: Host) =>
  findMarked(mark)
    .filter(({ command }) => command.includes('while read'))
    .map(({ pid }) => pid)

/** Resolves to the guards when there are two new ones. */
async function untilGuarded(host: Host, before: readonly number[] = []): Promise<readonly number[]> {
  for (;;) {
    const guards = guardsOf(host).filter((pid) => !before.includes(pid))
    if (guards.length === 2) return guards
    await turn()
  }
}

const kill = (...pids: readonly (number | undefined)[]): void => {
  for (const pid of pids) process.kill(pid!, 'SIGKILL')
}

describe('a child that immediately kills its session', () => {
  test.each(['command', 'shell', 'process'])(
    'ends with it: %s',
    async (how) => {
      for (let n = 0; n < (how === 'command' ? 10 : 3); n++) {
        const { exited, mark } = start(how)
        expect(await exited).toEqual([null, 'SIGKILL'])
        await untilNoneLives(mark)
      }
    },
    60_000,
  )
})

test('a session that is killed at a random instant while it starts children leaves none', async () => {
  for (let n = 0; n < 15; n++) {
    const { child, ready, exited, mark } = start('spawning')
    await ready
    // Random on purpose: no single instant is the right one.
    await new Promise((resolve) => setTimeout(resolve, randomInt(300)))
    child.kill('SIGKILL')
    await exited
    await untilNoneLives(mark)
  }
}, 60_000)

describe('guards that are killed', () => {
  test('are replaced while children are live, and the new ones guard them', async () => {
    const host = start('children')
    await host.ready
    const first = await untilGuarded(host)
    kill(...first)
    await untilGuarded(host, first)
    kill(host.child.pid)
    await host.exited
    await untilNoneLives(host.mark)
  }, 30_000)

  test.each([0, 1])(
    'one together with its session: the other one ends the children (%d)',
    async (which) => {
      const host = start('children')
      await host.ready
      const guards = await untilGuarded(host)
      kill(guards[which], host.child.pid)
      await host.exited
      await untilNoneLives(host.mark)
    },
    30_000,
  )

  test('SIGTERM, SIGINT and SIGHUP do not end a guard', async () => {
    const host = start('children')
    await host.ready
    const guards = await untilGuarded(host)
    for (const pid of guards)
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal)
    kill(host.child.pid)
    await host.exited
    await untilNoneLives(host.mark)
    expect(guards).toHaveLength(2)
  }, 30_000)
})
