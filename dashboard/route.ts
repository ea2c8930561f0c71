/** Client-side route, in the URL's fragment. */
import { signal } from '@preact/signals'
import { segment } from './api.ts'

/** The current route as steps: `#/tasks/report/runs` is `['tasks', 'report', 'runs']`. */
export const steps = signal<readonly string[]>(read())

addEventListener('hashchange', () => {
  steps.value = read()
})

function read(): readonly string[] {
  return location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .map((step) => {
      const name = decode(step)
      return name.startsWith('~') ? name.slice(1) : name
    })
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

/** The URL of a route. */
export function to(...path: readonly string[]): string {
  return `#/${path.map(segment).join('/')}`
}

/** Opens a route. */
export function go(...path: readonly string[]): void {
  location.hash = to(...path)
}
