"""What goes wrong on purpose: a clear page, the right status, nothing half stored."""

import http.client
import re
import ssl
import time
import urllib.parse

from people import PDF, Citizen, Clerk, file, photo, self_signed


def test_a_wrong_code_and_a_used_code_are_refused(citizen):
    citizen.agree()
    code = citizen.ask_for_code()
    assert citizen.enter_code(str((int(code) + 1) % 1_000_000).zfill(6)) == 422
    citizen.look("code-wrong")
    token = citizen.page.locator("input[name=csrf]").first.input_value()
    assert citizen.enter_code(code) == 200
    connection, headers = raw_connection(citizen)
    connection.request(
        "POST", "/write/code", urllib.parse.urlencode({"csrf": token, "code": code}),
        {**headers, "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    assert answer.status == 422
    assert "已使用" in answer.read().decode()


def test_after_five_wrong_codes_the_right_one_is_refused_too(citizen):
    citizen.agree()
    code = citizen.ask_for_code()
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    for _ in range(5):
        assert citizen.enter_code(wrong) == 422
    assert citizen.enter_code(code) == 422
    assert "重新获取" in citizen.error()


def test_a_number_gets_five_codes_an_hour(citizen):
    citizen.agree()
    for _ in range(5):
        assert isinstance(citizen.ask_for_code(), str)
        citizen.open("/write/phone")
    assert citizen.ask_for_code() == 429
    citizen.look("too-many-codes")


def test_a_number_in_full_width_digits_is_taken(citizen):
    citizen.agree()
    citizen.phone = "13900112233"
    assert re.fullmatch(r"\d{6}", citizen.ask_for_code("＋８６　１３９００１１２２３３"))


def test_a_number_that_is_none_is_refused(citizen):
    citizen.agree()
    for typed in ("", "12345", "02112345678", "<script>alert(1)</script>"):
        assert citizen.ask_for_code(typed or " ") == 422
    citizen.look("phone-wrong")


def test_a_wrong_title_does_not_lose_the_text_nor_the_upload(citizen):
    citizen.confirm_phone()
    citizen.fill(title="长" * 101, text="保留的正文", files=[file("a.pdf", PDF)])
    assert citizen.submit() == 422
    citizen.look("letter-too-long")
    assert citizen.page.input_value("#text") == "保留的正文"
    assert citizen.page.locator("fieldset bdi").all_inner_texts() == ["a.pdf"]
    citizen.page.fill("#title", "短")
    citizen.page.set_input_files("#attachment", [file("b.png", photo(20, 20))])
    assert citizen.submit() == 200
    assert citizen.page.locator(".files bdi").all_inner_texts() == ["a.pdf", "b.png"]
    citizen.page.get_by_role("link", name="返回修改").click()
    citizen.page.get_by_label("a.pdf").check()
    assert citizen.submit() == 200
    assert citizen.page.locator(".files bdi").all_inner_texts() == ["b.png"]


def test_a_text_of_more_than_ten_thousand_characters_comes_back_whole(citizen):
    citizen.confirm_phone()
    citizen.fill(text="字" * 10_001)
    assert citizen.submit() == 422
    assert len(citizen.page.input_value("#text")) == 10_001


def test_a_file_above_twenty_megabytes_is_refused_and_the_rest_kept(citizen, tmp_path):
    citizen.confirm_phone()
    (tmp_path / "small.pdf").write_bytes(PDF)
    (tmp_path / "large.pdf").write_bytes(PDF + bytes(20 * 1024 * 1024))
    citizen.fill(files=[tmp_path / "small.pdf", tmp_path / "large.pdf"])
    assert citizen.submit() == 413
    citizen.look("file-too-large")
    assert citizen.page.locator("fieldset bdi").all_inner_texts() == ["small.pdf"]


def test_a_file_of_a_kind_that_is_not_taken_is_refused_whatever_its_name_and_the_rest_kept(citizen):
    citizen.confirm_phone()
    program = b"MZ\x90\0" + bytes(100_000)
    archive = b"PK\3\4" + bytes(26) + b"photo.jpg"
    citizen.fill(text="保留的正文", files=[
        file("photo.jpg", program, "image/jpeg"), file("a.docx", archive), file("page.txt", b"<html>", "text/plain"),
        file("renamed.exe", PDF)])
    assert citizen.submit() == 422
    citizen.look("file-kind")
    assert "文件类型不在允许之列" in citizen.error() and "PDF" in citizen.error()
    assert citizen.page.input_value("#text") == "保留的正文"
    assert citizen.page.locator("fieldset bdi").all_inner_texts() == ["renamed.exe"]
    assert citizen.submit() == 200
    assert citizen.page.locator(".files bdi").all_inner_texts() == ["renamed.exe"]


def test_a_sixth_file_is_refused(citizen):
    citizen.confirm_phone()
    citizen.fill(files=[file(f"{number}.pdf", PDF) for number in range(6)])
    assert citizen.submit() == 422
    assert citizen.page.locator("fieldset bdi").count() == 5


def test_an_upload_of_three_gigabytes_is_refused_at_once(citizen):
    citizen.confirm_phone()
    connection, headers = raw_connection(citizen)
    started = time.monotonic()
    connection.putrequest("POST", "/write/letter")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(3 * 1024**3))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "内容过大".encode() in answer.read()
    assert time.monotonic() - started < 2


def test_attachments_that_are_too_large_together_do_not_take_the_letter_with_them(citizen):
    citizen.confirm_phone()
    token = citizen.page.locator("input[name=csrf]").first.input_value()
    fields = {"csrf": token, "kind": "question", "title": "视频", "text": "写了很久的正文", "publish": "no"}
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body += '--x\r\nContent-Disposition: form-data; name="attachment"; filename="a.mp4"\r\n\r\n' + "x" * 100_000
    connection, headers = raw_connection(citizen)
    connection.putrequest("POST", "/write/letter")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(180 * 1024**2))
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    page = answer.read().decode()
    assert answer.status == 413 and answer.headers["connection"] == "close"
    assert "附件合计过大" in page and "写了很久的正文" in page
    citizen.open("/write/letter")
    assert citizen.page.input_value("#text") == "写了很久的正文"
    assert citizen.page.input_value("#title") == "视频"


def test_an_endless_upload_is_cut_off(citizen):
    citizen.confirm_phone()
    token = citizen.page.locator("input[name=csrf]").first.input_value()
    connection, headers = raw_connection(citizen)

    def body():
        yield f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'.encode()
        yield b'--x\r\nContent-Disposition: form-data; name="attachment"; filename="endless"\r\n\r\n%PDF-'
        for _ in range(400):
            yield bytes(1024 * 1024)

    headers["Content-Type"] = "multipart/form-data; boundary=x"
    try:
        connection.request("POST", "/write/letter", body(), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        pass  # hung up on, which is as good
    citizen.open("/write/letter")
    assert citizen.page.locator("fieldset bdi").count() == 0


def raw_connection(visitor):
    """A connection without a browser, in the browser's session."""
    address = urllib.parse.urlsplit(visitor.deployment.portal)
    context = ssl.create_default_context(cafile=str(visitor.deployment.folder / "ca/root.pem"))
    connection = http.client.HTTPSConnection(address.hostname, address.port, context=context, timeout=30)
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in visitor.page.context.cookies())
    return connection, {"Cookie": cookies}


SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\"\u0301 onfocus=alert(3) autofocus x=\"\u0301"


def test_scripts_in_every_field_are_shown_as_text(citizen, clerk):
    citizen.agree()
    assert citizen.ask_for_code(SCRIPT[:30]) == 422
    citizen.confirm_phone()
    citizen.fill(title=SCRIPT[:99], text=SCRIPT, mail=SCRIPT, files=[file(SCRIPT[:60], PDF)])
    assert citizen.submit() == 422
    citizen.look("scripts")
    citizen.page.fill("#mail", "")
    letter = citizen.send()
    assert citizen.look_up(letter.code, letter.password) == 200
    citizen.look("scripts-read")
    assert citizen.page.locator("#letter-text").inner_text().startswith("<script>alert(1)</script>")
    clerk.open_letter(letter.number)
    clerk.look("scripts")
    clerk.sign_for()
    assert clerk.answer(SCRIPT, "public") == 200
    clerk.look("scripts-answered")
    citizen.wait_for_stage("answered")
    citizen.look("scripts-answered")
    citizen.open(f"/public/{letter.number}")
    citizen.look("scripts-published")
    assert citizen.look_up(SCRIPT[:40], SCRIPT[:40]) == 422
    citizen.look("scripts-lookup")


def test_names_of_files_are_made_harmless(citizen, clerk, deployment):
    citizen.confirm_phone()
    token = citizen.page.locator("input[name=csrf]").first.input_value()
    names = ["../../x", "", "photo\u202egpj.exe", "CON.txt", "长" * 300 + ".pdf"]
    fields = {"csrf": token, "mailbox": citizen.page.locator("#mailbox option").nth(1).get_attribute("value"),
              "kind": "question", "title": "附件", "text": "附件名", "publish": "no", "mail": ""}
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ) + b"".join(
        f'--x\r\nContent-Disposition: form-data; name="attachment"; filename="{name}"\r\n\r\n'.encode() + PDF + b"\r\n"
        for name in names
    ) + b"--x--\r\n"
    connection, headers = raw_connection(citizen)
    connection.request("POST", "/write/letter", body, {**headers, "Content-Type": "multipart/form-data; boundary=x"})
    assert connection.getresponse().status == 303
    citizen.open("/write/check")
    shown = citizen.page.locator(".files bdi").all_inner_texts()
    assert shown[:4] == ["x", "attachment", "photogpj.exe", "_CON.txt"]
    assert len(shown[4]) <= 100 and shown[4].endswith(".pdf")
    assert citizen.submit() == 200
    letter = citizen.credentials()
    clerk.open_letter(letter.number)
    assert clerk.page.locator(".files a").all_inner_texts() == shown
    answer = clerk.page.context.request.get(f"{deployment.desk}/letters/{letter.number}/attachments/0")
    assert answer.headers["content-disposition"] == "attachment; filename=\"x\"; filename*=UTF-8''x"


def test_sending_twice_and_reloading_make_one_letter(citizen):
    citizen.confirm_phone()
    citizen.fill()
    assert citizen.submit() == 200
    token = citizen.page.locator("input[name=csrf]").first.input_value()
    answers = []
    for _ in range(2):
        connection, headers = raw_connection(citizen)
        connection.request(
            "POST", "/write/send", urllib.parse.urlencode({"csrf": token}),
            {**headers, "Content-Type": "application/x-www-form-urlencoded"},
        )
        answers.append(connection)
    assert [connection.getresponse().status for connection in answers] == [303, 303]
    citizen.open("/write/done")
    first = citizen.credentials()
    citizen.page.reload()
    assert citizen.credentials() == first
    assert citizen.look_up(first.code, first.password) == 200


def test_an_unknown_code_and_a_wrong_password_get_one_answer(citizen):
    citizen.confirm_phone()
    citizen.fill()
    letter = citizen.send()
    wrong = str((int(letter.password) + 1) % 1_000_000).zfill(6)
    assert citizen.look_up(letter.code, wrong) == 422
    first = citizen.error()
    citizen.look("lookup-wrong")
    assert citizen.look_up("2222-2222-2222-2222-2222", letter.password) == 422
    assert citizen.error() == first
    for _ in range(9):
        citizen.look_up(letter.code, wrong)
    assert citizen.look_up(letter.code, letter.password) == 429


def test_a_form_without_its_token_is_refused(citizen):
    citizen.open("/write")
    citizen.page.check("#agree")
    citizen.page.evaluate("document.querySelector('[name=csrf]').value = 'forged'")
    assert citizen.submit() == 403
    citizen.look("forged")


def test_a_letter_written_for_too_long_is_handed_back(citizen):
    citizen.confirm_phone()
    citizen.fill(title="长信", text="写了很久\n的正文", files=[file("a.pdf", PDF)])
    citizen.page.context.clear_cookies()
    assert citizen.submit() == 403
    citizen.look("lost")
    assert citizen.page.input_value("#title") == "长信"
    assert citizen.page.input_value("#text") == "写了很久\n的正文"


def test_error_pages_are_pages(citizen):
    assert citizen.open("/no/such/page") == 404
    citizen.look("not-found")
    assert citizen.open("/write/notice") == 405
    citizen.look("wrong-method")


def test_a_visit_that_ends_forgets_its_letter(citizen):
    citizen.confirm_phone()
    citizen.fill()
    citizen.send()
    assert citizen.submit("main form button.danger") == 200
    citizen.look("leave")
    citizen.page.get_by_role("link", name="返回", exact=True).click()
    citizen.credentials()
    assert citizen.submit("main form button.danger") == 200
    assert citizen.submit("#leave") == 200
    citizen.open("/write/done")
    assert citizen.page.url.endswith("/write")


def test_the_desk_lets_in_nobody_without_a_certificate(contexts, deployment):
    stranger = Clerk(contexts().new_page(), deployment)
    assert stranger.open("/folders/to-do") == 403
    stranger.look("no-certificate")
    assert "未出示证书" in stranger.page.locator("h1").inner_text()


def test_the_desk_refuses_a_self_signed_certificate_of_the_clerks_name(contexts, deployment, tmp_path):
    files = self_signed(tmp_path, "clerk")
    stranger = Clerk(contexts(client_certificates=[deployment.certificate(**files)]).new_page(), deployment)
    assert stranger.open("/folders/to-do") == 403
    stranger.look("untrusted-certificate")
    assert "不受信任" in stranger.page.locator("h1").inner_text()


def test_the_desk_refuses_another_zones_certificate(contexts, deployment):
    keys = deployment.folder / "dmz/keys"
    files = {"certPath": str(keys / "tls.pem"), "keyPath": str(keys / "tls.key")}
    stranger = Clerk(contexts(client_certificates=[deployment.certificate(**files)]).new_page(), deployment)
    assert stranger.open("/folders/to-do") == 403
    assert "不受信任" in stranger.page.locator("h1").inner_text()


def test_the_desk_refuses_a_form_from_elsewhere(clerk, citizen):
    citizen.confirm_phone()
    citizen.fill()
    letter = citizen.send()
    clerk.open_letter(letter.number)
    clerk.page.evaluate("document.querySelectorAll('[name=csrf]').forEach((field) => { field.value = 'forged' })")
    assert clerk.submit("#sign-for") == 403
    clerk.open_letter(letter.number)
    assert clerk.page.get_attribute("#letter-stage", "data-stage") != "signed-for"
