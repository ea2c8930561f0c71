/** Work that only processes can run. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { IsolatedRun } from '../../../../src/executors/run-facts.ts'

export const pid = (): number => process.pid
export function killsItself({ signal }: { signal: NodeJS.Signals }): Promise<never> {
  process.kill(process.pid, signal)
  return new Promise<never>((resolve) => setTimeout(resolve as () => void, 60_000))
}
export function prints({ bytes }: { bytes: number }): number {
  process.stdout.write('x'.repeat(bytes))
  return bytes
}
/** Starts a process that stays alive, in its own group; returns its id. */
export function leavesGrandchild(_: unknown, run: IsolatedRun): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  child.unref()
  run.progress(0, String(child.pid))
  return child.pid!
}
/** Like a shell with `&`: the process that stays alive has no parent. */
export function leavesOrphan(): number {
  const { execSync } = createRequire(import.meta.url)(
    'node:child_process',
  ) as typeof import('node:child_process')
  return Number(execSync('sleep 600 >/dev/null 2>&1 & echo $!').toString())
}
export function ignoresSigterm(_: unknown, run: IsolatedRun): Promise<never> {
  process.on('SIGTERM', () => {})
  run.progress(0, 'deaf')
  return new Promise<never>((resolve) => setTimeout(resolve as () => void, 600_000))
}
export function postsGarbage(): string {
  for (const garbage of [
    1,
    'x',
    { type: 'settled' },
    { type: 'settled', settlement: 3 },
    [],
    { type: 'log' },
  ])
    process.send?.(garbage)
  return 'done'
}
export function loopsWithId(_: unknown, run: IsolatedRun): never {
  run.progress(0, String(process.pid))
  for (;;);
}
/** Kills the session first; this process never turns its event loop. */
export function killsParentAndLoops(): never {
  process.kill(process.ppid, 'SIGKILL')
  for (;;);
}
