"""The main job: a letter goes out, is answered, and is read again."""

from people import PDF, Citizen, file, photo

TITLE = "关于滨河路路灯的建议"
TEXT = "尊敬的领导：\n\n滨河路自十月起有三盏路灯不亮，晚上行人很不安全。\n建议尽快修复。谢谢！"
ANSWER = "您好！\n\n您反映的路灯已于今日修复。感谢您的关心。"


def test_a_letter_with_a_photo_and_a_pdf_is_answered_in_private_and_read_again(citizen, clerk, contexts, deployment):
    citizen.open("/")
    citizen.look("home")
    citizen.confirm_phone(look=True)
    picture = photo()
    citizen.fill(
        TITLE, TEXT, kind="suggestion", publish="no", mail="reader@example.org",
        files=[file("路灯 照片.png", picture, "image/png"), file("说明.pdf", PDF, "application/pdf")],
    )
    citizen.look("letter")
    assert citizen.submit() == 200
    citizen.look("check")
    assert citizen.submit() == 200
    citizen.look("done")
    letter = citizen.credentials()
    citizen.page.emulate_media(media="print")
    citizen.page.screenshot(path=deployment.screenshots / "done-printed.png", full_page=True)

    clerk.open_letter(letter.number)
    clerk.open("/")
    assert clerk.page.url.endswith("/folders/to-do")
    clerk.look("to-do")
    clerk.page.get_by_role("link", name=TITLE).first.click()
    clerk.look("letter")
    assert clerk.page.locator("#letter-text").inner_text() == TEXT
    names = clerk.page.locator(".files a").all_inner_texts()
    assert names == ["路灯 照片.png", "说明.pdf"]
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="说明.pdf").click()
    assert download.value.suggested_filename == "说明.pdf"
    assert open(download.value.path(), "rb").read() == PDF
    answer = clerk.page.context.request.get(f"{deployment.desk}/letters/{letter.number}/attachments/0")
    assert answer.body() == picture
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"

    clerk.sign_for()
    clerk.look("signed-for")
    assert clerk.page.locator("#visibility-public").count() == 0
    assert clerk.check_answer(ANSWER, "private") == 200
    clerk.look("answer-check")
    assert clerk.page.locator("#citizen-sees .written").inner_text() == ANSWER
    assert clerk.page.locator("#public-sees").count() == 0
    assert clerk.submit("#send-answer") == 200
    clerk.look("answered")

    reader = Citizen(contexts().new_page(), deployment)
    reader.open("/lookup")
    reader.look("lookup")
    assert reader.look_up(letter.code.lower().replace("-", " "), letter.password) == 200
    assert reader.page.url.endswith("/letter")
    reader.wait_for_stage("answered")
    reader.look("read")
    assert reader.page.locator("#letter-title").inner_text() == TITLE
    assert reader.page.locator("#letter-text").inner_text() == TEXT
    assert reader.page.locator("#letter-outcome").inner_text() == ANSWER
    reader.open(f"/public/{letter.number}")
    assert reader.page.locator("#error").count() == 1


def test_a_public_answer_is_published_and_its_author_stays_unknown(citizen, clerk):
    citizen.confirm_phone()
    citizen.fill("公交线路咨询", "五路车周日几点收车？", publish="yes", mail="reader@example.org")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    clerk.sign_for()
    assert clerk.check_answer("末班车为二十一点三十分。", "public") == 200
    clerk.look("answer-check-public")
    seen = clerk.page.locator("#public-sees").inner_text()
    assert "五路车周日几点收车？" in seen and "末班车为二十一点三十分。" in seen
    assert citizen.phone not in seen and "reader@example.org" not in seen
    assert clerk.submit("#send-answer") == 200
    for _ in range(100):
        if citizen.open(f"/public/{letter.number}") == 200:
            break
        citizen.page.wait_for_timeout(200)
    citizen.look("published")
    assert citizen.page.locator("#letter-outcome").inner_text() == "末班车为二十一点三十分。"
    html = citizen.page.content()
    assert citizen.phone not in html and "reader@example.org" not in html and letter.code not in html
    citizen.open("/public")
    citizen.look("public")
    assert citizen.page.get_by_role("link", name="公交线路咨询").count() >= 1


def test_a_declined_letter_shows_its_reason(citizen, clerk):
    citizen.confirm_phone()
    citizen.fill(kind="complaint", publish="no")
    letter = citizen.send()
    clerk.open_letter(letter.number)
    clerk.sign_for()
    assert clerk.decline("不属于本信箱受理范围，请向法院反映。", look="decline-check") == 200
    for folder in ("tracking", "concluded", "declined"):
        clerk.open(f"/folders/{folder}")
        clerk.look(f"folder-{folder}")
    assert citizen.look_up(letter.code, letter.password) == 200
    citizen.wait_for_stage("declined")
    citizen.look("read-declined")
    assert "不属于本信箱" in citizen.page.locator("#letter-outcome").inner_text()


def test_the_whole_way_works_on_a_phone(phone_citizen, contexts, deployment):
    citizen = phone_citizen
    citizen.open("/")
    citizen.look("home")
    citizen.confirm_phone(look=True)
    assert citizen.submit() == 422
    citizen.look("letter-wrong")
    citizen.fill("很长的标题" * 15, TEXT * 3, files=[file("photo.png", photo(300, 200))])
    assert citizen.submit() == 200
    citizen.look("check")
    assert citizen.submit() == 200
    citizen.look("done")
    letter = citizen.credentials()
    assert citizen.look_up(letter.code, letter.password) == 200
    citizen.look("read")


def test_the_pages_speak_english_too(contexts, deployment):
    citizen = Citizen(contexts(locale="en-GB").new_page(), deployment, "english-")
    citizen.open("/")
    citizen.look("home")
    assert citizen.page.locator("html").get_attribute("lang") == "en"
    assert "Write to your government" in citizen.page.locator("h1").inner_text()
    citizen.confirm_phone(look=True)
    citizen.look("letter")
    citizen.open("/?lang=zh")
    assert citizen.page.locator("html").get_attribute("lang") == "zh-CN"
    citizen.open("/public")
    assert citizen.page.locator("html").get_attribute("lang") == "zh-CN"
