/** Values formatted for error messages. */

const maxLength = 80

/**
 * Formats a value for a message: short, plain, and never throws. An object without its own text is described by its
 * keys or its class.
 */
export function showValue(value: unknown): string {
  try {
    const text = wordsOf(value)
    return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  } catch {
    return `a ${typeof value} that cannot be shown`
  }
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return JSON.stringify(value)
  const maker = Object.getPrototypeOf(value)?.constructor?.name
  if (maker !== undefined && maker !== 'Object') return `an instance of ${maker}`
  return JSON.stringify(value) ?? 'an object'
}
