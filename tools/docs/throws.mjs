// A plugin of TypeDoc: `@throws {ModelFormatError} for ...` keeps its class, which TypeDoc reads and leaves out. Classes of ours are
// links.
import { Converter } from 'typedoc'

/** A class after the first: `@throws {TypeError} {RangeError} naming the rule`. */
const NEXT = /^\s*\{(\w+)\}/u

/** @param app  TypeDoc's application */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const classes = new Map(
      Object.values(project.reflections).flatMap((one) => (isClass(one) ? [[one.name, one]] : [])),
    )
    for (const { comment } of Object.values(project.reflections)) {
      for (const tag of comment?.blockTags ?? []) if (tag.tag === '@throws') nameClasses(tag, classes)
    }
  })
}

function isClass(reflection) {
  return reflection.kindOf !== undefined && reflection.constructor.name === 'DeclarationReflection'
}

function nameClasses(tag, classes) {
  const names = tag.typeAnnotation === undefined ? [] : [tag.typeAnnotation.replace(/[{}\s]/gu, '')]
  const [first] = tag.content
  for (;;) {
    const next = first?.kind === 'text' ? NEXT.exec(first.text) : null
    if (next === null) break
    names.push(next[1])
    first.text = first.text.slice(next[0].length)
  }
  const parts = names.flatMap((name, index) => {
    const target = classes.get(name)
    const part =
      target === undefined
        ? { kind: 'code', text: `\`${name}\`` }
        : { kind: 'inline-tag', tag: '@link', text: name, target }
    return index === 0 ? [part] : [{ kind: 'text', text: ', ' }, part]
  })
  // The theme would write it as text, in braces.
  tag.typeAnnotation = undefined
  if (parts.length > 0) tag.content.unshift(...parts, { kind: 'text', text: ' ' })
}
