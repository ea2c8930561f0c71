/** A process that is stopped by a real SIGSTOP during a write, for longer than a write may take. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../../../support/program.ts'

let program: Program
beforeAll(() => {
  program = buildProgram('test/log/stores/file/programs/stopped.ts')
})
afterAll(() => program.remove())

test('a write that was answered while the process was stopped is not reported as slow', async () => {
  const child = spawn(process.execPath, [program.path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line !== 'writes') continue
    child.kill('SIGSTOP')
    child.stdin.write('the write is done\n')
    // The duration of the stop is the subject of the test: longer than the limit, by any amount.
    await once(spawn('sleep', ['2']), 'exit')
    child.kill('SIGCONT')
  }
  expect(lines).toEqual(['writes', 'written'])
  expect(await exited).toEqual([0, null])
})
