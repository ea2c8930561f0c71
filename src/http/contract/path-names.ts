/**
 * Names in paths. They are percent-encoded as any; only `.` and `..` never arrive, as every URL parser takes them for steps. So
 * a name that is one of these, or begins with `~`, has a `~` put before it.
 */

/** The path segment of a name. */
export function toSegment(name: string): string {
  const escaped = name === '.' || name === '..' || name.startsWith('~') ? `~${name}` : name
  // Half a pair of surrogates is no text that could be encoded; it stands as the sign for what cannot be shown.
  return encodeURIComponent(escaped.replace(/\p{Surrogate}/gu, '\u{FFFD}'))
}

/** The name in a segment that has been decoded. */
export function fromSegment(segment: string): string {
  return segment.startsWith('~') ? segment.slice(1) : segment
}
