/** Sessions in processes of their own: what ends them, and that nothing keeps the process when they have ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../../support/program.ts'

let program: Program
let plays = 0
beforeAll(() => {
  program = buildProgram('test/session/programs/ending.ts')
})
afterAll(() => program.remove())

/** Runs the program to its own end; `onLine` may steer it. */
async function play(how: string, onLine: (line: string, child: ChildProcess) => void = () => {}) {
  plays += 1
  const log = join(program.folder, `${plays}.jsonl`)
  const child = spawn(process.execPath, [program.path, how, log], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    onLine(line, child)
  }
  return { lines, exit: await exit, log: readFileSync(log, 'utf8') }
}

test('after shutDown() the process exits by itself: no handle is left', async () => {
  const { lines, exit } = await play('by itself')
  expect(lines).toEqual(['shut-down hook', 'shut-down task', 'stopped', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test('a fatal error: app.run() rejects with it, shut-down hooks and tasks ran, no handle is left', async () => {
  const { lines, exit } = await play('fatal')
  expect(lines).toEqual(['shut-down hook', 'shut-down task', 'ended with fatal', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'app.run() shuts down on %s and waits; a second signal ends living runs',
  async (signal) => {
    const { lines, exit, log } = await play('by signal', (line, child) => {
      if (line === 'slow runs' || line === 'shut-down task') child.kill(signal)
    })
    expect(lines).toEqual([
      'slow runs',
      'shut-down hook',
      'shut-down task',
      'slow terminate',
      'stopped',
      'left nothing',
      'exits',
    ])
    expect(exit).toBe(0)
    // The run's end is in the log: no crash at the next start.
    const slow = log.split('\n').filter((line) => line.includes('"slow"'))
    expect(slow.map((line) => /"action":"(\w+)"/.exec(line)?.[1])).toEqual(['run', 'terminate'])
  },
)

test.each([
  ['SIGINT', 'Another Ctrl-C'],
  ['SIGTERM', 'Another SIGTERM'],
  ['SIGHUP', 'Another SIGHUP'],
] as const)('%s: what it waits for is told, and what another one does', async (signal, another) => {
  const { lines, exit } = await play('told', (line, child) => {
    if (line === 'slow runs' || line === 'shut-down task') child.kill(signal)
  })
  // Runs that are being recorded at that instant are counted, too.
  expect(lines.filter((line) => line.startsWith(signal))).toEqual([
    expect.stringMatching(/waits for up to 3 s for \d runs? \(.*slow.*\)/),
    expect.stringMatching(/ends \d runs? \(.*slow.*\)\.$/),
  ])
  expect(lines.find((line) => line.startsWith(signal))).toMatch(`${another} ends what still runs.`)
  expect(exit).toBe(0)
})

test('by default one signal is enough, too: long before a container is killed', async () => {
  const { lines, exit } = await play('drain by default', (line, child) => {
    if (line === 'slow runs') child.kill('SIGTERM')
  })
  expect(lines.slice(-4)).toEqual(['slow terminate', 'stopped', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test('drainTimeout: one signal is enough, what still runs is ended after it', async () => {
  const { lines, exit } = await play('drain', (line, child) => {
    if (line === 'slow runs') child.kill('SIGTERM')
  })
  expect(lines).toEqual([
    'slow runs',
    'shut-down hook',
    'shut-down task',
    'slow terminate',
    'stopped',
    'left nothing',
    'exits',
  ])
  expect(exit).toBe(0)
})
