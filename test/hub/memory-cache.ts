/** A browser's cache, for tests in Node. */

/** The part of the Cache API that is used; a body is stored as it streams. */
export class MemoryCache implements Cache {
  readonly entries = new Map<string, Blob>()
  room = Number.POSITIVE_INFINITY
  async match(request: RequestInfo | URL): Promise<Response | undefined> {
    const blob = this.entries.get(String(request))
    return blob === undefined ? undefined : new Response(blob)
  }
  async put(request: RequestInfo | URL, response: Response): Promise<void> {
    const blob = await response.blob()
    if (blob.size > this.room) throw new DOMException('no room', 'QuotaExceededError')
    this.entries.set(String(request), blob)
  }
  async delete(request: RequestInfo | URL): Promise<boolean> {
    return this.entries.delete(String(request))
  }
  async add(): Promise<void> {}
  async addAll(): Promise<void> {}
  async keys(): Promise<readonly Request[]> {
    return []
  }
  async matchAll(): Promise<readonly Response[]> {
    return []
  }
}
