/** A process that is really stopped: by a signal for five seconds, and then continued. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../support/program.ts'

let program: Program
beforeAll(() => {
  program = buildProgram('test/support/clock-changes/second-by-second.ts')
})
afterAll(() => program.remove())

test('of a process that was stopped for 5 s each task runs once for each period, and none for those slept through', async () => {
  const child = spawn(process.execPath, [program.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const ran: Record<string, number[]> = { secondly: [], cron: [], every: [] }
  let stoppedAt = 0
  let wentOnAt = 0
  const isSeen = (task: string, after: number): boolean => ran[task]!.filter((at) => at > after).length >= 3
  for await (const line of createInterface({ input: child.stdout })) {
    const [task, at] = line.split(' ')
    ran[task!]!.push(Number(at))
    if (wentOnAt === 0 && Object.keys(ran).every((name) => isSeen(name, 0))) {
      child.kill('SIGSTOP')
      stoppedAt = Date.now()
      await wait(5000)
      wentOnAt = Date.now()
      child.kill('SIGCONT')
    } else if (wentOnAt > 0 && Object.keys(ran).every((name) => isSeen(name, wentOnAt))) child.kill('SIGTERM')
  }
  expect(await exit).toBe(0)
  for (const task of ['secondly', 'cron']) {
    const periods = ran[task]!
    // Once each, and in order.
    expect(periods).toEqual([...new Set(periods)].sort((a, b) => a - b))
    expect(periods.every((at) => at % 1000 === 0)).toBe(true)
    // No period of the sleep is caught up, only the one in which the process continued.
    expect(periods.filter((at) => at > stoppedAt && at + 1000 <= wentOnAt)).toEqual([])
  }
  const starts = ran.every!
  const gaps = starts.slice(1).map((at, i) => at - starts[i]!)
  // One late start and no burst after it: at least a second between two starts (in wall time, within the precision of
  // the clock).
  expect(Math.min(...gaps)).toBeGreaterThan(950)
  expect(gaps.filter((gap) => gap >= wentOnAt - stoppedAt).length).toBe(1)
})
