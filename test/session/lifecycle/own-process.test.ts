/** Sessions in separate processes: the ways in which they end, and that nothing keeps the process alive afterwards. */
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

/** Runs the program until it exits; `onLine` may send signals to it. */
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

test('after shutDown() no handle is left, and the process exits', async () => {
  const { lines, exit } = await play('by itself')
  expect(lines).toEqual(['shut-down hook', 'shut-down task', 'stopped', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test('a fatal error rejects app.run() after the shut-down hooks and tasks, and no handle is left', async () => {
  const { lines, exit } = await play('fatal')
  expect(lines).toEqual(['shut-down hook', 'shut-down task', 'ended with fatal', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'app.run() shuts down on %s and waits; a second signal terminates live runs',
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
    // The end of the run is in the log, so the next start does not report a crash.
    const slow = log.split('\n').filter((line) => line.includes('"task":"slow"'))
    expect(slow.map((line) => /"action":"(\w+)"/.exec(line)?.[1])).toEqual(['run', 'terminate'])
  },
)

test.each([
  ['SIGINT', 'Another Ctrl-C'],
  ['SIGTERM', 'Another SIGTERM'],
  ['SIGHUP', 'Another SIGHUP'],
] as const)(
  'on %s the log message names the runs that are waited for, and the effect of another signal',
  async (signal, another) => {
    const { lines, exit } = await play('told', (line, child) => {
      if (line === 'slow runs' || line === 'shut-down task') child.kill(signal)
    })
    // The count includes runs that are being recorded at that instant.
    expect(lines.filter((line) => line.startsWith(signal))).toEqual([
      expect.stringMatching(/waits for up to 3 s for \d runs? \(.*slow.*\)/),
      expect.stringMatching(/ends \d runs? \(.*slow.*\)\.$/),
    ])
    expect(lines.find((line) => line.startsWith(signal))).toMatch(`${another} ends what still runs.`)
    expect(exit).toBe(0)
  },
)

test('by default, one signal ends the process, long before a container would be killed', async () => {
  const { lines, exit } = await play('drain by default', (line, child) => {
    if (line === 'slow runs') child.kill('SIGTERM')
  })
  expect(lines.slice(-4)).toEqual(['slow terminate', 'stopped', 'left nothing', 'exits'])
  expect(exit).toBe(0)
})

test('with drainTimeout, one signal ends the process, and live runs are terminated after the timeout', async () => {
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
