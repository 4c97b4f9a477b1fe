// Counters in the text format of Prometheus.
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export class Metrics {
  #requests = new Map()
  #buckets = SECONDS.map(() => 0)
  #count = 0
  #sum = 0
  texts = 0
  entities = 0

  answered(status, seconds) {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1)
    this.#count++
    this.#sum += seconds
    SECONDS.forEach((bound, i) => {
      if (seconds <= bound) this.#buckets[i]++
    })
  }

  /** @param now gauges by name: what is so at this moment */
  print(now) {
    const lines = []
    const add = (name, type, help, samples) => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples)
    }
    const statuses = [...this.#requests].map(
      ([status, n]) => `iobert_requests_total{status="${status}"} ${n}`,
    )
    add('iobert_requests_total', 'counter', 'Requests answered, by status.', statuses)
    add('iobert_texts_total', 'counter', 'Texts read.', [`iobert_texts_total ${this.texts}`])
    add('iobert_entities_total', 'counter', 'Entities found.', [`iobert_entities_total ${this.entities}`])
    add('iobert_request_seconds', 'histogram', 'From the request to its answer.', [
      ...SECONDS.map((bound, i) => `iobert_request_seconds_bucket{le="${bound}"} ${this.#buckets[i]}`),
      `iobert_request_seconds_bucket{le="+Inf"} ${this.#count}`,
      `iobert_request_seconds_sum ${this.#sum}`,
      `iobert_request_seconds_count ${this.#count}`,
    ])
    for (const [name, { help, value }] of Object.entries(now)) add(name, 'gauge', help, [`${name} ${value}`])
    return `${lines.join('\n')}\n`
  }
}
