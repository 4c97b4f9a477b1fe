/**
 * Java's serialized objects, in which Spark stores a vocabulary and labels: a list of classes is read, all
 * others are refused.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ByteReader } from '#dist/convert/containers/byte-reader.js'
import { JavaPair, type JavaValue, readJavaValue } from '#dist/convert/containers/java-objects.js'
import { sequenceFileValues } from '#dist/convert/containers/sequence-file.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { fixture, mutated, seeded } from '../fixtures.ts'

const LABELS = fixture('spark-nlp/fields/labels/part-00001')

const values = (bytes: Uint8Array): JavaValue[] =>
  [...sequenceFileValues(new ByteReader('part', bytes))].map((record) =>
    readJavaValue(new ByteReader('part', record)),
  )

function refused(bytes: Uint8Array, message: RegExp): void {
  try {
    values(bytes)
  } catch (error) {
    assert.instance(error, ModelFormatError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`${message} was read`)
}

/** The file with one text in it put for another of the same length. */
function replaced(from: string, to: string): Uint8Array {
  const bytes = Buffer.from(LABELS)
  const at = bytes.indexOf(from, 0, 'latin1')
  assert.ok(at >= 0 && from.length === to.length)
  bytes.write(to, at, 'latin1')
  return new Uint8Array(bytes)
}

test('readJavaValue reads the pairs that Spark wrote', () => {
  assert.equal(values(LABELS), [[new JavaPair('B-PER', 1), new JavaPair('I-PER', 2)]])
})

test('readJavaValue reads modified UTF-8: U+0000 in two bytes, astral characters as surrogates', () => {
  const text = Uint8Array.of(
    0xac,
    0xed,
    0,
    5,
    0x74,
    0,
    12,
    0x61,
    0xc0,
    0x80,
    0xc3,
    0xa9,
    0xed,
    0xa0,
    0xbd,
    0xed,
    0xb8,
    0x80,
    0x62,
  )
  assert.is(readJavaValue(new ByteReader('part', text)), 'a\0é\u{1f600}b')
})

test('readJavaValue refuses other classes, and streams that are not of pairs', () => {
  refused(replaced('java.lang.Integer', 'java.lang.Runtime'), /class "java.lang.Runtime"/)
  refused(replaced('[Lscala.Tuple2;', '[Lscala.Tuple3;'), /class "\[Lscala.Tuple3;"/)
  refused(replaced('_1', '_9'), /the class "scala.Tuple2" has the fields "_9 L,_2 L"/)
  refused(replaced('SEQ\x06', 'SEQ\x05'), /no Hadoop SequenceFile of version 6/)
  refused(
    replaced('BytesWritable', 'BytesReadable'),
    /values are of class "org.apache.hadoop.io.BytesReadable"/,
  )
  refused(replaced('\xac\xed', '\xac\xee'), /no serialised Java objects/)
  for (let length = 0; length < LABELS.length; length++) {
    // 95 bytes are the head of a file of no records
    if (length !== 95) refused(LABELS.subarray(0, length), /./)
  }
})

test('readJavaValue reads 5,000 damaged files, or refuses them, nothing else', () => {
  const random = seeded(8)
  const originals = [LABELS, fixture('spark-nlp/fields/vocabulary/part-00000')]
  for (let i = 0; i < 5000; i++) {
    try {
      values(mutated(originals[i % 2]!, random))
    } catch (error) {
      if (!(error instanceof ModelFormatError)) throw error
    }
  }
})

test.run()
