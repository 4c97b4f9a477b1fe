/** The page's element with that id, of the kind that the page's code counts on. */
export function find<Kind extends HTMLElement>(id: string, kind: abstract new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`index.html has no ${kind.name} with the id ${id}`)
}

/** A new element with a class and what it holds. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (className !== '') element.className = className
  element.append(...content)
  return element
}

/** A button that does something when pressed. */
export function press(id: string, action: () => void): HTMLButtonElement {
  const button = find(id, HTMLButtonElement)
  button.addEventListener('click', action)
  return button
}
