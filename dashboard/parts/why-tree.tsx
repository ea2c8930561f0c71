/** An explained condition as a tree, now or at a past time. */
import type { PastPart } from '../api.ts'
import { Time } from './basics.tsx'

/** A part of the explanation. @param isStill - True if time changes nothing, so that no time of change is shown. */
export function WhyTree({ of, isStill }: { readonly of: PastPart; readonly isStill: boolean }) {
  const [name, mark, said] =
    of.holds === null
      ? ['unknown', '?', 'not known: ']
      : of.holds
        ? ['holds', '✓', 'holds: ']
        : ['holds-not', '✗', 'does not hold: ']
  return (
    <li class={name}>
      <span class="mark">{mark}</span>
      <span class="hidden">{said}</span>
      <code>{of.statement}</code> <span>{of.sentence}</span>
      {isStill || of.changesAt === null || of.children.length > 0 ? null : (
        <span class="faint">
          {' '}
          can change <Time at={of.changesAt} isRelative />
        </span>
      )}
      {of.children.length === 0 ? null : (
        <ul>
          {of.children.map((child, i) => (
            <WhyTree key={`${i} ${child.statement}`} of={child} isStill={isStill} />
          ))}
        </ul>
      )}
    </li>
  )
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
