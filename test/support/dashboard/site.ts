/** Starts and ends the process that serves a dashboard. */
import { type ChildProcess, spawn } from 'node:child_process'

/** Options of the site. */
export interface SiteOptions {
  readonly port?: number
  readonly mount?: string
  readonly proxy?: string
  readonly tasks?: number
  readonly names?: readonly string[]
  /** Adds tasks that start often, rarely and never. */
  readonly busy?: boolean
  /** Adds a task that causes ten thousand events a second. */
  readonly flood?: boolean
  readonly options?: object
}

export interface Site {
  readonly url: string
  /** The address that opens the page with the token for everything, or with another one. */
  link(token?: string): string
  /** Sends a request to the site as a program does. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>
  /** Kills the site, as a crash does. */
  end(): Promise<void>
}

export const token = 'a'.repeat(40)

export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const child = spawn(process.execPath, ['test/support/dashboard/site.mjs', JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await firstLine(child)
  return {
    url,
    link: (with_ = token) => `${url}#token=${with_}`,
    async ask(method, path, body) {
      const response = await fetch(`${url}api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return response.json()
    },
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout!.on('data', (data) => {
      out += data
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')))
    })
    child.once('exit', (code) =>
      reject(new Error(`The site ended with ${code} before it printed its address.`)),
    )
  })
}
