/** Replacement of the process at a restart: the same program, with the same arguments, takes over. */
import { spawn } from 'node:child_process'

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Process replacement (`execve`), if Node (22.15 and later) and the system support it. */
type Execve = (file: string, args: readonly string[], env?: NodeJS.ProcessEnv) => void

/**
 * Starts this program again. `relaunch`: the new process is independent, and this one exits. `replace`: the new process
 * takes the place of this one; where the system cannot do that, this process stays as a wrapper, forwards signals, and
 * exits with the same result.
 */
export function takeOver(mode: 'relaunch' | 'replace', onError: (error: unknown) => void): void {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  const { execve } = process as { execve?: Execve }
  if (mode === 'replace' && execve !== undefined) {
    try {
      execve(process.execPath, [process.execPath, ...args], process.env)
    } catch {
      // Not supported on this system: a wrapper around the new process comes closest.
    }
  }
  const isShell = mode === 'replace'
  const child = spawn(process.execPath, args, { stdio: 'inherit', detached: !isShell })
  child.once('error', onError)
  child.once('spawn', () => {
    if (isShell) return
    child.unref()
    process.exit()
  })
  if (!isShell) return
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of endings) process.on(signal, passOn)
  child.once('exit', (code, signal) => {
    for (const each of endings) process.off(each, passOn)
    if (signal === null) process.exit(code ?? 0)
    process.kill(process.pid, signal)
  })
}
