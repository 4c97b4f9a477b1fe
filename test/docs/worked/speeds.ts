/**
 * Chapters 4 and 10: what the kernels' head comments say was measured, in billions of operations a second. The figures stand
 * there once; a comment that says it in other words than those below is an error here.
 */
import { readFileSync } from 'node:fs'
import { rootPath } from '../../shared.ts'
import { columns } from '../toy.ts'

/** The figures of `pattern`'s groups in a file of assembly/, whose lines are joined. */
function figures(file: string, pattern: RegExp): string[] {
  const text = readFileSync(rootPath(`assembly/${file}`), 'utf8').replace(/\n \* +/g, ' ')
  const found = pattern.exec(text)
  if (found === null) throw new Error(`assembly/${file} does not say ${pattern}`)
  return found.slice(1)
}

function measured() {
  const [float4, float5] = figures('linear-f32.ts', /4×2 (\d+), 5×2 (\d+);/) as [string, string]
  const [fused, spilled] = figures('linear-f32.ts', /fused 6×2 (\d+), .* 6×4 (\d+), since/) as [
    string,
    string,
  ]
  const [fusedTurbo] = figures('linear-f32.ts', /re-vectorised 6×2 \d+, 6×4 (\d+):/) as [string]
  const [inLoop, once] = figures(
    'linear-int8.ts',
    /int16 in the loop: (\d+); widened once, [^:]*: (\d+) /,
  ) as [string, string]
  const [large] = figures('linear-int8.ts', /4 rows × 4 vectors: (\d+),/) as [string]
  const [turbo] = figures('linear-int8.ts', /joins the two sums of a row: (\d+) /) as [string]
  const [short, shortTurbo, digits, digitsTurbo, blocks] = figures(
    'tiles-short.ts',
    /5 rows in one run: (\d+), re-vectorised (\d+); four products at once \(tiles-interleaved\.ts\) (\d+) and (\d+);.* Blocks of 4 groups gave (\d+),/,
  ) as [string, string, string, string, string]
  const [vnniInt16, vnni, vnniTurbo] = figures(
    'linear-digits.ts',
    /\(linear-int8\.ts\) (\d+); .* 6 rows: \d+, \d+, (\d+);.* re-vectorised, which joins pairs of them: (\d+),/,
  ) as [string, string, string]
  return {
    ...{ float4, float5, fused, spilled, fusedTurbo, inLoop, once, large, turbo },
    ...{ short, shortTurbo, digits, digitsTurbo, blocks, vnniInt16, vnni, vnniTurbo },
  }
}

/** The best of each way to multiply. */
export function layerSpeeds(): string[] {
  const { once, turbo, short, shortTurbo, float5, fused, fusedTurbo, vnniInt16, vnni, vnniTurbo } = measured()
  return columns([
    ['one Zen 4 core', '128 bits', '256 bits (turbo)'],
    ['int8 × int16', once, turbo],
    ['int8 × digits, summed in int16 (default)', short, shortTurbo],
    ['float32', float5, ''],
    ['float32, fused multiply-add', fused, fusedTurbo],
    ['', '', ''],
    ['one core with AVX-VNNI', '', ''],
    ['int8 × int16', vnniInt16, ''],
    ['int8 × digits, 8-bit dot product (default)', vnni, vnniTurbo],
  ])
}

/** Step by step. */
export function kernelSpeeds(): string[] {
  const speeds = measured()
  return columns([
    ['one Zen 4 core', 'GOP/s'],
    ['float32, 4×2 tile, baseline SIMD', speeds.float4],
    ['float32, 5×2', speeds.float5],
    ['float32, fused multiply-add, 6×2', speeds.fused],
    ['the same, 256-bit vectors, 6×4', speeds.fusedTurbo],
    ['int8 × int16, widened in the loop', speeds.inLoop],
    ['int8 × int16, widened once for all rows', speeds.once],
    ['the same, 256-bit vectors', speeds.turbo],
    ['int8 × digits, by three instructions', speeds.digits],
    ['int8 × digits, 8 products summed in int16', speeds.blocks],
    ['int8 × digits, 16 products summed in int16', speeds.short],
    ['by three instructions, 256-bit vectors', speeds.digitsTurbo],
    ['16 products in int16, 256-bit vectors', speeds.shortTurbo],
    ['', ''],
    ['slower: int8 × int16, 4×4 tile', speeds.large],
    ['slower: float32 fused, 6×4, 128-bit vectors', speeds.spilled],
    ['', ''],
    ['one core with AVX-VNNI', ''],
    ['int8 × int16', speeds.vnniInt16],
    ['int8 × digits, 8-bit dot product, 6×2', speeds.vnni],
    ['the same, 256-bit vectors, 6×4', speeds.vnniTurbo],
  ])
}

/** Where a layer's time goes on a core with the 8-bit dot product. */
export function dotAccount(): string[] {
  const head = figures(
    'linear-digits.ts',
    /dot products allow (\d+) .* first-level cache \(tile-race\.ts\): (\d+);/,
  )
  const [allowed, bare] = head as [string, string]
  const rows = (pattern: RegExp): [string, string, string] =>
    figures('linear-digits.ts', pattern) as [string, string, string]
  return columns([
    ['GOP/s, 128 rows', 'K = 384', '768', '3072'],
    ['what the ports allow', allowed, allowed, allowed],
    ['the bare tile, all in the first-level cache', bare, bare, bare],
    ['rows and weights from the second-level cache', ...rows(/second-level cache: (\d+), (\d+), (\d+);/)],
    ['floats made of the sums', ...rows(/made of the sums: (\d+), (\d+), (\d+);/)],
    ['second digits added', ...rows(/3 % of the groups: (\d+), (\d+), (\d+)\./)],
  ])
}
