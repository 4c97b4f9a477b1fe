/** What calls on a disposed model are rejected with. */
export function disposedError(): Error {
  return new Error('The model was disposed; load it again to use it')
}
