/** Tabs of a page; each has a URL. */
import { to } from '../route.ts'

interface TabsProps {
  readonly of: readonly (readonly [id: string, title: string])[]
  readonly open: string
  /** Route of the page. */
  readonly at: readonly string[]
}

export function Tabs({ of, open, at }: TabsProps) {
  return (
    <nav class="tabs" aria-label="Parts of this page">
      {of.map(([id, title]) => (
        <a key={id} href={to(...at, id)} aria-current={id === open ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  )
}
