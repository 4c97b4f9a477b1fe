/**
 * What asconfig.json sets for each build: 0 in one that computes BERT at precision int8 and nothing else, without relative positions
 * and pairs of panels.
 */

declare const WHOLE_BUILD: bool
