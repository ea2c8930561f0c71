/** Keyboard shortcuts: `g` and another key open a page, `/` focuses the search. */
import { useEffect } from 'preact/hooks'
import { go } from './route.ts'

const pages: Readonly<Record<string, readonly string[]>> = {
  n: [],
  t: ['tasks'],
  i: ['timeline'],
  g: ['graph'],
  l: ['log'],
  q: ['sequence'],
  s: ['session'],
}

export function useKeys(): void {
  useEffect(() => {
    let isGoing = false
    const press = (event: KeyboardEvent): void => {
      const { target, key, ctrlKey, metaKey, altKey } = event
      if (ctrlKey || metaKey || altKey || isField(target)) return
      if (isGoing && key in pages) {
        isGoing = false
        return go(...pages[key]!)
      }
      isGoing = key === 'g'
      if (key !== '/') return
      event.preventDefault()
      if (location.hash !== '#/tasks') go('tasks')
      // Waits until the page is rendered.
      setTimeout(() => document.getElementById('search')?.focus(), 50)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
