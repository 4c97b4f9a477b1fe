/**
 * Chapters 4 and 10: speeds measured while the kernels were written, in billions of operations per second.
 * The figures are those of bench/results/tried.md; a missing row is an error here.
 */
import { readFileSync } from 'node:fs'
import { rootPath } from '../../shared.ts'
import { columns } from '../toy.ts'

/** The cells after the first of a row of a table, in the section of a file of assembly/. */
function figures(file: string, row: string): string[] {
  const sections = readFileSync(rootPath('bench/results/tried.md'), 'utf8').split(/^## /m)
  const section = sections.find((text) => text.startsWith(`${file}\n`))
  const line = section?.split('\n').find((text) => text.startsWith(`| ${row} `))
  if (line === undefined) throw new Error(`bench/results/tried.md has no row "${row}" of ${file}`)
  return line
    .split('|')
    .slice(2)
    .map((cell) => cell.trim())
}

const figure = (file: string, row: string): string => figures(file, row)[0]!

function measured() {
  const float32 = (row: string): string => figure('linear-f32.ts', row)
  const int8 = (row: string): string => figure('linear-int8.ts', row)
  const vnni = (row: string): string => figure('linear-digits.ts', row)
  const [short, shortTurbo] = figures('tiles-short.ts', 'short sums, blocks of 8 groups') as [string, string]
  const [digits, digitsTurbo] = figures('tiles-short.ts', 'four products at once (tiles-interleaved.ts)') as [
    string,
    string,
  ]
  return {
    float4: float32('4×2'),
    float5: float32('5×2'),
    fused: float32('fused 6×2'),
    spilled: float32('fused 6×4'),
    fusedTurbo: float32('fused, 256 bits, 6×4'),
    inLoop: int8('weights widened in the loop'),
    once: int8('interleaved rows, weights widened once'),
    large: int8('a tile of 4 rows × 4 vectors'),
    turbo: int8('256 bits, 6 rows × 2 vectors'),
    blocks: figure('tiles-short.ts', 'short sums, blocks of 4 groups'),
    vnniInt16: vnni('int16 products (linear-int8.ts)'),
    vnni: vnni('digits, tiles of 6 rows'),
    vnniTurbo: vnni('digits, 256 bits, 6×4'),
    ...{ short, shortTurbo, digits, digitsTurbo },
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
  const row = (name: string): string[] => [name, ...figures('linear-digits.ts', name).slice(0, 3)]
  return columns([
    ['GOP/s, 128 rows', 'K = 384', '768', '3072'],
    row('what the ports allow'),
    row('the bare tile, all in the first-level cache'),
    row('rows and weights from the second-level cache'),
    row('floats made of the sums'),
    ['second digits added', ...row('second digits added, in 3 % of the groups').slice(1)],
  ])
}
