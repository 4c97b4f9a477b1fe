/** The cost of each part at real sizes, counted from the shapes. */
import { columns } from '../toy.ts'

interface Sizes {
  readonly name: string
  readonly L: number
  readonly H: number
  readonly A: number
  readonly I: number
  readonly V: number
}

/** The shipped model, and the two of the BERT paper in its cased vocabulary. */
export const MODELS: readonly Sizes[] = [
  { name: 'small (ships)', L: 6, H: 384, A: 12, I: 1536, V: 28996 },
  { name: 'BERT-base', L: 12, H: 768, A: 12, I: 3072, V: 28996 },
  { name: 'BERT-large', L: 24, H: 1024, A: 16, I: 4096, V: 28996 },
]

const POSITIONS = 512
const TYPES = 2
const LABELS = 9

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US')
const millions = (value: number): string => (value / 1e6).toFixed(1)

export function parameters({ L, H, I, V }: Sizes): number {
  const layer = 4 * (H * H + H) + (H * I + I) + (I * H + H) + 4 * H
  return (V + POSITIONS + TYPES) * H + 2 * H + L * layer + LABELS * H + LABELS
}

/** Multiply-adds of one pass over a sequence of T tokens. */
export function multiplyAdds({ L, H, I }: Sizes, T: number): Record<string, number> {
  return {
    'Q, K, V': L * T * 3 * H * H,
    'scores and context': L * 2 * T * T * H,
    'attention output': L * T * H * H,
    'feed-forward': L * T * 2 * H * I,
    classifier: T * LABELS * H,
  }
}

function total(sizes: Sizes, T: number): number {
  return Object.values(multiplyAdds(sizes, T)).reduce((sum, part) => sum + part, 0)
}

const header = ['', ...MODELS.map(({ name }) => name)]
const row = (name: string, value: (sizes: Sizes) => string): string[] => [name, ...MODELS.map(value)]

export function modelSizes(): string[] {
  return columns([
    header,
    row('L layers', ({ L }) => String(L)),
    row('H hidden', ({ H }) => String(H)),
    row('A heads', ({ A }) => String(A)),
    row('D = H/A', ({ H, A }) => String(H / A)),
    row('I intermediate', ({ I }) => String(I)),
    row('parameters', (sizes) => grouped(parameters(sizes))),
    row('multiply-adds, T = 16, millions', (sizes) => millions(total(sizes, 16))),
    row('multiply-adds, T = 128, millions', (sizes) => millions(total(sizes, 128))),
    row('multiply-adds, T = 512, millions', (sizes) => millions(total(sizes, 512))),
  ])
}

export function embeddingSizes(): string[] {
  return columns([
    header,
    row('word table [V, H], parameters', ({ V, H }) => grouped(V * H)),
    row('share of all parameters', (s) => `${((100 * s.V * s.H) / parameters(s)).toFixed(0)} %`),
    row('as float32, MB', ({ V, H }) => millions(4 * V * H)),
    row('as int8 with a scale a row, MB', ({ V, H }) => millions(V * H + 4 * V)),
    row('additions and LayerNorm a token', ({ H }) => `about ${grouped(10 * H)}`),
  ])
}

export function linearSizes(): string[] {
  const share = (sizes: Sizes, T: number): string => {
    const inner = multiplyAdds(sizes, T)['scores and context']!
    return `${(100 - (100 * inner) / total(sizes, T)).toFixed(1)} %`
  }
  return columns([
    header,
    row('weights of all L layers, millions', ({ L, H, I }) => millions(L * (4 * H * H + 2 * H * I))),
    row('multiply-adds a token, millions', ({ L, H, I }) => millions(L * (4 * H * H + 2 * H * I))),
    row('share of multiply-adds, T = 16', (sizes) => share(sizes, 16)),
    row('share of multiply-adds, T = 128', (sizes) => share(sizes, 128)),
    row('share of multiply-adds, T = 512', (sizes) => share(sizes, 512)),
  ])
}

export function attentionSizes(): string[] {
  return columns([
    header,
    row('Q·Kᵀ and P·V, T = 128, multiply-adds, millions', (s) =>
      millions(multiplyAdds(s, 128)['scores and context']!),
    ),
    row('Q·Kᵀ and P·V, T = 512, multiply-adds, millions', (s) =>
      millions(multiplyAdds(s, 512)['scores and context']!),
    ),
    row('probabilities of all layers, T = 512', ({ L, A }) => grouped(L * A * 512 * 512)),
    row('scores of one query row, bytes at T = 512', () => grouped(4 * 512)),
  ])
}

export function softmaxSizes(): string[] {
  return columns([
    header,
    row('exponentials, T = 16', ({ L, A }) => grouped(L * A * 16 * 16)),
    row('exponentials, T = 128', ({ L, A }) => grouped(L * A * 128 * 128)),
    row('exponentials, T = 512', ({ L, A }) => grouped(L * A * 512 * 512)),
    row('one for so many multiply-adds, T = 128', (s) => grouped(total(s, 128) / (s.L * s.A * 128 * 128))),
  ])
}

export function normSizes(): string[] {
  return columns([
    header,
    row('normalisations of a row, a token', ({ L }) => String(2 * L + 1)),
    row('numbers normalised, T = 128', ({ L, H }) => grouped((2 * L + 1) * 128 * H)),
    row('parameters in weights and biases', ({ L, H }) => grouped((2 * L + 1) * 2 * H)),
    row(
      'share of all parameters',
      (s) => `${((100 * (2 * s.L + 1) * 2 * s.H) / parameters(s)).toFixed(3)} %`,
    ),
  ])
}

export function feedForwardSizes(): string[] {
  return columns([
    header,
    row('multiply-adds, T = 128, millions', (s) => millions(multiplyAdds(s, 128)['feed-forward']!)),
    row(
      'share of all, T = 128',
      (s) => `${((100 * multiplyAdds(s, 128)['feed-forward']!) / total(s, 128)).toFixed(0)} %`,
    ),
    row('GELUs, T = 128', ({ L, I }) => grouped(L * 128 * I)),
  ])
}

export function precisionSizes(): string[] {
  const body = ({ L, H, I }: Sizes): number => L * (4 * H * H + 2 * H * I)
  return columns([
    header,
    row('encoder weights, float32, MB', (s) => millions(4 * body(s))),
    row('encoder weights, int8, MB', (s) => millions(body(s))),
    row('int8 operations a weight byte, T = 1', () => '2'),
    row('int8 operations a weight byte, T = 128', () => '256'),
  ])
}
