/** Restarts that begin with a new process: the same program, with the same arguments, takes over from this one. */
import { spawn } from 'node:child_process'

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Process replacement (`execve`), where Node has it (22.15 and later) and the system too. */
type Execve = (file: string, args: readonly string[], env?: NodeJS.ProcessEnv) => void

/**
 * Starts this program once more. `relaunch`: the new process is on its own, and this one ends. `replace`: it takes this
 * one's place; where the system cannot do that, this process stays as its shell, passes signals on, and ends as it ends.
 */
export function takeOver(mode: 'relaunch' | 'replace', onError: (error: unknown) => void): void {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  const { execve } = process as { execve?: Execve }
  if (mode === 'replace' && execve !== undefined) {
    try {
      execve(process.execPath, [process.execPath, ...args], process.env)
    } catch {
      // Not on this system: a shell around the new process comes closest.
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
