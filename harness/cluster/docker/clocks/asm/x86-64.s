# What a process runs instead of the kernel's clock_gettime, gettimeofday and time when its clock is
# shifted: asks the real clock_gettime, then moves what it said. Position-independent; lies behind the
# code of the vDSO in its last page. `header` and `slots` are data that change while this runs; `real`
# is filled in when it is installed (see ../architecture.ts). C calling convention throughout.
#
# A slot holds two records, for wall clocks and for monotonic ones: t0, offset, rate, half, amplitude
# (ns; the rate in 2^-32), active. The time told is
#   t + offset + (t - t0) * rate / 2^32 + (amplitude, while (t - t0) / half is even).
# The last bit of `header` says which slot counts. Whoever changes it fills the other slot first, then
# counts the header's first byte up; it is read before and after, so a mixture is never told.

	.text
	.set	RECORD, 48
	.set	SLOT, 2 * RECORD
	.set	WALL, 1 << 0 | 1 << 5 | 1 << 8 | 1 << 11               # REALTIME, _COARSE, _ALARM, TAI
	.set	MONOTONIC, 1 << 1 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 9  # MONOTONIC, _RAW, _COARSE, BOOTTIME, _ALARM

header:	.quad	0
	.ascii	"schism01"
slots:	.fill	2 * SLOT, 1, 0

# int clock_gettime(edi: clock, rsi: struct timespec *)
	.balign	16
clock_gettime:
	cmp	$11, %edi
	ja	real                    # unsigned: processes' own clocks have negative numbers
	xor	%edx, %edx              # edx: which record of a slot
	mov	$WALL, %eax
	bt	%edi, %eax
	jc	1f
	mov	$MONOTONIC, %eax
	bt	%edi, %eax
	jnc	real
	mov	$RECORD, %edx
1:	test	%rsi, %rsi
	je	real
	movzbl	header(%rip), %ecx
	and	$1, %ecx
	imul	$SLOT, %ecx, %ecx
	lea	slots(%rip), %r8
	add	%rcx, %r8
	cmpq	$0, 40(%r8,%rdx)        # active?
	je	real
	sub	$24, %rsp
	mov	%rsi, (%rsp)
	mov	%rdx, 8(%rsp)
	call	real
	test	%eax, %eax
	jne	9f
	mov	(%rsp), %r11
	imul	$1000000000, (%r11), %r8
	add	8(%r11), %r8            # r8: t
2:	movzbl	header(%rip), %r9d      # r9: the header as first read
	mov	%r8, %rcx               # rcx: the time told
	cmpl	$0x69686373, header + 8(%rip)
	jne	4f                      # taken away meanwhile
	mov	%r9d, %ecx
	and	$1, %ecx
	imul	$SLOT, %ecx, %ecx
	lea	slots(%rip), %r10
	add	%rcx, %r10
	add	8(%rsp), %r10           # r10: the record
	mov	%r8, %rax
	sub	(%r10), %rax
	mov	%rax, %rdi              # rdi: t - t0
	imulq	16(%r10)
	shrd	$32, %rdx, %rax
	add	8(%r10), %rax
	lea	(%rax,%r8), %rcx
	mov	24(%r10), %rsi          # once: it may become zero at any moment
	test	%rsi, %rsi
	je	3f
	mov	%rdi, %rax
	cqo
	idiv	%rsi
	test	$1, %al
	jne	3f
	add	32(%r10), %rcx
3:	movzbl	header(%rip), %eax
	cmp	%eax, %r9d
	jne	2b
4:	xor	%edx, %edx
	test	%rcx, %rcx
	cmovs	%rdx, %rcx              # there is no time before the first
	mov	%rcx, %rax
	mov	$1000000000, %ecx
	div	%rcx
	mov	%rax, (%r11)
	mov	%rdx, 8(%r11)
	xor	%eax, %eax
9:	add	$24, %rsp
	ret

# int gettimeofday(rdi: struct timeval *, rsi: struct timezone *)
	.balign	16
gettimeofday:
	sub	$40, %rsp
	mov	%rdi, 16(%rsp)
	mov	%rsi, 24(%rsp)
	xor	%edi, %edi              # CLOCK_REALTIME
	mov	%rsp, %rsi
	call	clock_gettime
	test	%eax, %eax
	jne	9f
	mov	16(%rsp), %rdi
	test	%rdi, %rdi
	je	1f
	mov	(%rsp), %rax
	mov	%rax, (%rdi)
	mov	8(%rsp), %rax
	xor	%edx, %edx
	mov	$1000, %ecx
	div	%rcx
	mov	%rax, 8(%rdi)
1:	mov	24(%rsp), %rsi
	xor	%eax, %eax
	test	%rsi, %rsi
	je	9f
	xor	%edi, %edi
	mov	$96, %eax               # the time zone is the kernel's affair
	syscall
9:	add	$40, %rsp
	ret

# time_t time(rdi: time_t *)
	.balign	16
time:
	sub	$24, %rsp
	mov	%rdi, 16(%rsp)
	mov	$5, %edi                # CLOCK_REALTIME_COARSE, as the kernel's own
	mov	%rsp, %rsi
	call	clock_gettime
	mov	(%rsp), %rax
	mov	16(%rsp), %rdi
	test	%rdi, %rdi
	je	1f
	mov	%rax, (%rdi)
1:	add	$24, %rsp
	ret

# The kernel's clock_gettime: its first instructions and a jump behind them, or the system call.
	.balign	16
real:	.fill	32, 1, 0xcc
end:
