/** A place in the source's log, in the source's own words. Only its extractor compares two of them. */
export type Position = string;
