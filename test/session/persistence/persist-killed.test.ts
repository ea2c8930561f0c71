/** Saved changes of a process that was killed, restored by the next process with another program. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildProgram, type Program } from '../../support/program.ts'

let program: Program
beforeAll(() => {
  program = buildProgram('test/session/programs/persisting.ts')
})
afterAll(() => program.remove())

/** Runs the program, kills it once it printed a line (if asked), and returns its lines. */
async function play(act: 'change' | 'show', store: string): Promise<string[]> {
  const child = spawn(process.execPath, [program.path, act, store], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // The built program is outside the repository, and loads `libsql` where Node has no `node:sqlite`.
    env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (act === 'change') child.kill('SIGKILL')
  }
  await ended
  return lines
}

test.each(['jsonl', 'sqlite'])(
  'changes survive a kill, and the program of the next process applies elsewhere (%s)',
  async (kind) => {
    const store = `${kind}:${join(program.folder, `log.${kind}`)}`
    expect(await play('change', store)).toEqual(['saved'])
    const [line = ''] = await play('show', store)
    expect(JSON.parse(line)).toEqual([{ size: 2, added: 1 }, null, 7, true, ['report', 'off', 'ping']])
  },
)
