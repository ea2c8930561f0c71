/** Programs of users in separate processes, from sources under a loader and built. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { isAlive, untilGone } from '../../support/executors/far.ts'

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../support/executors/${name}`, import.meta.url))

interface Program {
  readonly child: ChildProcess
  readonly lines: unknown[]
  readonly printed: () => number
  readonly exited: Promise<[number | null, string | null]>
}

function start(...args: readonly string[]): Program {
  const { NODE_OPTIONS, ...env } = process.env
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const lines: unknown[] = []
  let printed = 0
  let text = ''
  child.stdout.on('data', (bytes: Buffer) => void (printed += bytes.length))
  child.stderr.on('data', (bytes: Buffer) => {
    const parts = (text + bytes.toString()).split('\n')
    text = parts.pop()!
    for (const part of parts) lines.push(parsed(part))
  })
  const exited = new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  )
  return { child, lines, printed: () => printed, exited }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

const show = (what: string): Program =>
  start(
    '--import',
    new URL('../../support/executors/typescript-loader.mjs', import.meta.url).href,
    pathOf('hosts/sources.ts'),
    what,
  )

describe('from sources under a loader', () => {
  test('threads, processes and commands leave nothing behind, and the program ends by itself', async () => {
    const { lines, exited } = show('leavesNothing')
    expect(await exited).toEqual([0, null])
    expect(lines).toEqual([3, 3, '3\n', 3, []])
  })

  test('a process may print a megabyte', async () => {
    const { lines, printed, exited } = show('megabyte')
    expect(await exited).toEqual([0, null])
    expect(lines).toMatchObject([{ action: 'success', value: 1_000_000 }])
    expect(printed()).toBe(1_000_000)
  })

  test('children do not outlive a program that is killed, not even those in a loop', async () => {
    const { child, lines, exited } = show('children')
    while (lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const pid of lines) expect([pid, isAlive(pid as number)]).toEqual([expect.any(Number), true])
    child.kill('SIGKILL')
    await exited
    for (const pid of lines as number[]) await untilGone(pid)
  })

  test('an unhandled rejection is reported with its task, and the program continues', async () => {
    const { lines, exited } = show('rejections')
    expect(await exited).toEqual([0, null])
    expect(lines).toEqual([
      ['unhandled-rejection', 'lives', 'one'],
      'fail',
      'success',
      ['unhandled-rejection', 'ended', 'two'],
      'survived',
    ])
  })

  test('an unhandled rejection of no run ends the program, as without a session', async () => {
    const { lines, exited } = show('foreign')
    expect(await exited).toEqual([1, null])
    expect(lines.join('\n')).toContain('Error: nobody’s')
  })
})

test('its own setting for unhandled rejections applies: --unhandled-rejections=warn', async () => {
  const loader = new URL('../../support/executors/typescript-loader.mjs', import.meta.url).href
  const { exited } = start(
    '--unhandled-rejections=warn',
    '--import',
    loader,
    pathOf('hosts/sources.ts'),
    'foreign',
  )
  expect(await exited).toEqual([0, null])
})

test('a closed pipe of the log ends no run', async () => {
  const { child, lines, exited } = show('closedPipe')
  await new Promise((resolve) => child.stdout!.once('data', resolve))
  child.stdout!.destroy()
  child.stdin!.end()
  expect(await exited).toEqual([0, null])
  expect(lines.filter((line) => line === 'success')).toHaveLength(3)
})

// The full check builds before it tests; a run of only the tests may have no build, or an old one.
const isBuilt = existsSync(pathOf('../../../dist/src/executors/create-executors.js'))
;(isBuilt ? test : test.skip)('from the built package, in CommonJS', async () => {
  const { child, exited } = start(pathOf('hosts/common.cjs'))
  let printed = ''
  child.stdout!.on('data', (bytes: Buffer) => void (printed += bytes.toString()))
  expect(await exited).toEqual([0, null])
  const both = '["common 1","from the default"]'
  expect(printed.split('\n')).toEqual([both, both, both, '"built\\n"', ''])
})
