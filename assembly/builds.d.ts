/** What asconfig.json sets for each build: 0 in one that computes at precision int8 alone, without pairs of panels. */

declare const WHOLE_BUILD: bool
