/** The part of asciichart that we use; the package brings no types. */
declare module 'asciichart' {
  interface Chart {
    /** Draws one line of numbers; not a number anywhere spoils all of it. */
    plot(series: readonly number[], options: { height: number; format: (value: number) => string }): string;
  }
  const chart: Chart;
  export default chart;
}
