// What a process runs instead of the kernel's clock_gettime and gettimeofday when its clock is shifted:
// asks the real clock_gettime, then moves what it said. Position-independent; lies behind the code of
// the vDSO in its last page. `header` and `slots` are data that change while this runs; `real` is filled
// in when it is installed (see ../architecture.ts). C calling convention throughout.
//
// A slot holds two records, for wall clocks and for monotonic ones: t0, offset, rate, half, amplitude
// (ns; the rate in 2^-32), active. The time told is
//   t + offset + (t - t0) * rate / 2^32 + (amplitude, while (t - t0) / half is even).
// The last bit of `header` says which slot counts. Whoever changes it fills the other slot first, then
// counts the header's first byte up; it is read before and after, so a mixture is never told.

	.text
	.set	RECORD, 48
	.set	SLOT, 2 * RECORD
	.set	WALL, 1 << 0 | 1 << 5 | 1 << 8 | 1 << 11               // REALTIME, _COARSE, _ALARM, TAI
	.set	MONOTONIC, 1 << 1 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 9  // MONOTONIC, _RAW, _COARSE, BOOTTIME, _ALARM

header:	.quad	0
	.ascii	"schism01"
slots:	.fill	2 * SLOT, 1, 0

// int clock_gettime(w0: clock, x1: struct timespec *)
	.balign	16
clock_gettime:
	cmp	w0, #11
	b.hi	real                    // unsigned: processes' own clocks have negative numbers
	mov	x3, #0                  // x3: which record of a slot
	mov	w2, #WALL
	lsr	w2, w2, w0
	tbnz	w2, #0, 1f
	mov	w2, #MONOTONIC
	lsr	w2, w2, w0
	tbz	w2, #0, real
	mov	x3, #RECORD
1:	cbz	x1, real
	adr	x4, header
	mov	x6, #SLOT
	ldrb	w5, [x4]
	and	x5, x5, #1
	madd	x5, x5, x6, x4
	add	x5, x5, x3
	ldr	x5, [x5, #16 + 40]      // active?
	cbz	x5, real
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	stp	x1, x3, [sp, #16]
	bl	real
	cbnz	w0, 9f
	ldp	x1, x3, [sp, #16]
	ldp	x7, x8, [x1]
	movz	w9, #0xca00
	movk	w9, #0x3b9a, lsl #16    // x9: 10^9
	madd	x7, x7, x9, x8          // x7: t
	adr	x4, header
	mov	x6, #SLOT
	movz	w2, #0x6373
	movk	w2, #0x6968, lsl #16    // w2: "schi"
2:	ldrb	w10, [x4]               // x10: the header as first read
	mov	x12, x7                 // x12: the time told
	ldr	w5, [x4, #8]
	cmp	w5, w2
	b.ne	4f                      // taken away meanwhile
	and	x5, x10, #1
	madd	x5, x5, x6, x4
	add	x5, x5, x3              // x5: the record, less 16
	ldp	x11, x17, [x5, #16]     // t0, offset
	add	x12, x7, x17
	ldp	x13, x14, [x5, #32]     // rate, half
	ldr	x15, [x5, #48]          // amplitude
	sub	x11, x7, x11            // x11: t - t0
	mul	x16, x11, x13
	smulh	x17, x11, x13
	extr	x16, x17, x16, #32
	add	x12, x12, x16
	cbz	x14, 3f
	sdiv	x16, x11, x14
	tbnz	w16, #0, 3f
	add	x12, x12, x15
3:	dmb	ishld
	ldrb	w16, [x4]
	cmp	w16, w10
	b.ne	2b
4:	cmp	x12, #0
	csel	x12, xzr, x12, lt       // there is no time before the first
	udiv	x16, x12, x9
	msub	x17, x16, x9, x12
	stp	x16, x17, [x1]
	mov	w0, #0
9:	ldp	x29, x30, [sp], #32
	ret

// int gettimeofday(x0: struct timeval *, x1: struct timezone *)
	.balign	16
gettimeofday:
	stp	x29, x30, [sp, #-48]!
	mov	x29, sp
	stp	x0, x1, [sp, #32]
	mov	w0, #0                  // CLOCK_REALTIME
	add	x1, sp, #16
	bl	clock_gettime
	cbnz	w0, 9f
	ldp	x0, x1, [sp, #32]
	cbz	x0, 1f
	ldp	x7, x8, [sp, #16]
	mov	x9, #1000
	udiv	x8, x8, x9
	stp	x7, x8, [x0]
1:	mov	w0, #0
	cbz	x1, 9f
	mov	x0, #0
	mov	x8, #169                // the time zone is the kernel's affair
	svc	#0
9:	ldp	x29, x30, [sp], #48
	ret

// The kernel's clock_gettime: its first instruction and a jump behind it, or the system call.
	.balign	16
real:	.fill	32, 1, 0
end:
