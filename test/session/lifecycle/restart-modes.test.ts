/** Restarts with a new operating system process. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../../support/program.ts'

let program: Program
beforeAll(() => {
  program = buildProgram('test/session/programs/restarting.ts')
})
afterAll(() => program.remove())

/** Runs the program until its second process stops; returns its steps with process numbers, and the first exit code. */
async function play(mode: string) {
  const file = join(program.folder, mode)
  const child = spawn(process.execPath, [program.path, mode, file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  const lines = () => readFileSync(file, 'utf8').trim().split('\n')
  while (lines().length < 6) await wait(20)
  const pids = [...new Set(lines().map((line) => line.split(' ').at(-1)))]
  const story = lines().map((line) => line.replace(/\d+$/, (pid) => String(pids.indexOf(pid) + 1)))
  return { code, story, pids: pids.map(Number), isFirst: pids[0] === String(child.pid) }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.each(['relaunch', 'replace'])(
  '%s shuts down and starts a new process with the same arguments, and the old process ends',
  async (mode) => {
    const { code, story, pids, isFirst } = await play(mode)
    const second = pids.length
    expect(isFirst).toBe(true)
    expect(story).toEqual([
      'start 1',
      'shut down 1',
      'stopped 1',
      `start ${second}`,
      `shut down ${second}`,
      `stopped ${second}`,
    ])
    // A replaced process exits with the code of the new one; a relaunched process does not wait for it.
    expect(code).toBe(mode === 'replace' ? 7 : 0)
    while (pids.some(isAlive)) await wait(20)
  },
)
