/** What runs beside the page, so that it never stands still: decoding. */
export {}
